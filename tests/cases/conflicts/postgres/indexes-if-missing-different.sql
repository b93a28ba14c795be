-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY, name text, email text);

-- left
CREATE INDEX IF NOT EXISTS lookup ON users (name);

-- right
CREATE INDEX IF NOT EXISTS lookup ON users (email);
