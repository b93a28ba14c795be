-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY);

-- left
ALTER TABLE users ADD COLUMN name TEXT;

-- right
ALTER TABLE users ADD COLUMN email TEXT;
