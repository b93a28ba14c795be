-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, email TEXT);
CREATE INDEX lookup ON users (name);

-- left
DROP INDEX IF EXISTS lookup;
CREATE INDEX lookup ON users (email);

-- right
DROP INDEX IF EXISTS lookup;
CREATE INDEX lookup ON users (name, email);
