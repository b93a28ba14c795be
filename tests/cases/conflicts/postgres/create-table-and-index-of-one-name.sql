-- verdict: fails both
-- static: cannot both

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
CREATE TABLE lookup (id int PRIMARY KEY);

-- right
CREATE INDEX lookup ON users (name);
