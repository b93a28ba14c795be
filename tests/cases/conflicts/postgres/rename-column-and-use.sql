-- verdict: fails left-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
ALTER TABLE users RENAME COLUMN name TO full_name;

-- right
CREATE VIEW names AS SELECT name FROM users;
