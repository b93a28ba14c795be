-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
CREATE INDEX ON users (name);

-- right
CREATE INDEX IF NOT EXISTS users_name_idx ON users (name);
