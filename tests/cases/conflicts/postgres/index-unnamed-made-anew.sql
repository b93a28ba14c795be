-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, name text UNIQUE);
CREATE INDEX ON users (name);

-- left
ALTER TABLE users DROP CONSTRAINT users_name_key;
DROP INDEX users_name_idx;

-- right
CREATE UNIQUE INDEX ON users (name);
