-- verdict: fails both
-- static: order

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);

-- left
ALTER TABLE users DROP COLUMN name;

-- right
CREATE INDEX users_by_name ON users (name);
