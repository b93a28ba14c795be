-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
CREATE INDEX CONCURRENTLY users_by_name ON users (name);

-- right
ALTER TABLE users ADD COLUMN email text;
