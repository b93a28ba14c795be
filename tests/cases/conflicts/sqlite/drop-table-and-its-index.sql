-- verdict: fails left-first
-- static: order

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
CREATE INDEX lookup ON users (name);

-- left
DROP TABLE users;

-- right
DROP INDEX lookup;
