-- verdict: fails both
-- static: cannot both

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE INDEX lookup ON users (name);

-- left
ALTER INDEX lookup RENAME TO users_by_name;

-- right
DROP INDEX lookup;
