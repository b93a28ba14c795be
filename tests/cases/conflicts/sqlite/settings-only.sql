-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY);

-- left
PRAGMA user_version = 2;

-- right
ALTER TABLE users ADD COLUMN name TEXT;
