-- verdict: fails left-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
CREATE INDEX ON users (name);

-- right
CREATE INDEX users_name_idx ON users (name) WHERE name <> '';
