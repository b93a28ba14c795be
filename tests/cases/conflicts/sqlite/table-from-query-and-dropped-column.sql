-- verdict: fails right-first
-- static: order

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);

-- left
CREATE TABLE names AS SELECT name FROM users;

-- right
ALTER TABLE users DROP COLUMN name;
