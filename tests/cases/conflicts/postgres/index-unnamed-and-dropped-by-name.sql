-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
CREATE INDEX ON users (name);

-- right
DROP INDEX IF EXISTS users_name_idx;
