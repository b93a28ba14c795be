-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);

-- left
ALTER TABLE users ADD COLUMN email TEXT;

-- right
ALTER TABLE users DROP COLUMN name;
