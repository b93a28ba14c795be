-- verdict: fails both
-- static: cannot both

-- before
CREATE TABLE users (id int PRIMARY KEY, name text, email text);

-- left
CREATE INDEX lookup ON users (name);

-- right
CREATE INDEX lookup ON users (email);
