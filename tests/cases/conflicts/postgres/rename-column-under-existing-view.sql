-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE VIEW names AS SELECT name FROM users;

-- left
ALTER TABLE users RENAME COLUMN name TO full_name;

-- right
DROP VIEW names;
