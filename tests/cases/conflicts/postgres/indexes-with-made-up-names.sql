-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
CREATE INDEX ON users (name);

-- right
CREATE INDEX ON users (name) WHERE name <> '';
