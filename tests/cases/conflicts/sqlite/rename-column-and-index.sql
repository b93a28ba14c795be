-- verdict: fails left-first
-- static: order

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);

-- left
ALTER TABLE users RENAME COLUMN name TO full_name;

-- right
CREATE INDEX users_by_name ON users (name);
