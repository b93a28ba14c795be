-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
CREATE INDEX IF NOT EXISTS users_by_name ON users (name);

-- right
DROP INDEX IF EXISTS users_by_name;
CREATE INDEX users_by_name ON users (name) WHERE name <> '';
