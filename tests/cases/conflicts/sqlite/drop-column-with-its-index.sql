-- verdict: fails both
-- static: cannot both

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
CREATE INDEX lookup ON users (name);

-- left
DROP INDEX lookup;
ALTER TABLE users DROP COLUMN name;

-- right
DROP INDEX lookup;
