-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, name text, age int);
CREATE VIEW ages AS SELECT age, id FROM users;

-- left
DROP VIEW ages;
ALTER TABLE users ALTER COLUMN age TYPE bigint;
CREATE VIEW ages AS SELECT age, id FROM users;

-- right
DROP VIEW ages;
ALTER TABLE users ALTER COLUMN id TYPE bigint;
CREATE VIEW ages AS SELECT age, id FROM users;
