-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE INDEX ON users (name);

-- left
CREATE INDEX ON users (name) WHERE name <> '';

-- right
ALTER INDEX users_name_idx RENAME TO users_by_name;
