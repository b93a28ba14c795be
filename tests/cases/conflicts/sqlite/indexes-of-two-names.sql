-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);

-- left
CREATE INDEX users_by_name ON users (name);

-- right
CREATE INDEX users_by_lower_name ON users (lower(name));
