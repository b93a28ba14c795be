-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, age int, name text);

-- left
ALTER TABLE users ALTER COLUMN age TYPE bigint;

-- right
CREATE VIEW names AS SELECT name FROM users;
