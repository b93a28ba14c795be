-- verdict: fails both
-- static: cannot both

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY);

-- left
ALTER TABLE users ADD COLUMN name TEXT;

-- right
ALTER TABLE users ADD COLUMN Name VARCHAR;
