-- verdict: fails right-first
-- static: order

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);

-- left
ALTER TABLE users DROP COLUMN name;

-- right
CREATE VIEW names AS SELECT name FROM users;
