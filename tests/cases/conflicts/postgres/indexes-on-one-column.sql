-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
CREATE INDEX users_by_name ON users (name);

-- right
CREATE INDEX users_by_lower_name ON users (lower(name));
