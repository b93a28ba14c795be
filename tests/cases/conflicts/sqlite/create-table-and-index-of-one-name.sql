-- verdict: fails both
-- static: cannot both

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);

-- left
CREATE TABLE lookup (id INT);

-- right
CREATE INDEX lookup ON users (name);
