-- verdict: fails both
-- static: cannot both

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);

-- left
ALTER TABLE users DROP COLUMN name;

-- right
ALTER TABLE users DROP COLUMN name;
