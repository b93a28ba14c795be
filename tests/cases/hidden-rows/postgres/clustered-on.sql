-- verdict: order matters

-- before
CREATE TABLE users (id int PRIMARY KEY, name text); CREATE INDEX names ON users (name);

-- left
ALTER TABLE users CLUSTER ON names;

-- right
ALTER TABLE users CLUSTER ON users_pkey;
