-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, email TEXT);

-- left
CREATE INDEX IF NOT EXISTS lookup ON users (name);

-- right
CREATE INDEX IF NOT EXISTS lookup ON users (email);
