-- verdict: fails both
-- static: cannot both

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, email TEXT);

-- left
CREATE INDEX lookup ON users (name);

-- right
CREATE INDEX lookup ON users (email);
