-- verdict: fails right-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY, age int);

-- left
ALTER TABLE users ALTER COLUMN age TYPE bigint;

-- right
CREATE VIEW ages AS SELECT age FROM users;
