-- verdict: fails left-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
ALTER TABLE users DROP COLUMN name;

-- right
CREATE INDEX users_by_name ON users (name);
