-- verdict: independent
-- static: none

-- before
CREATE TABLE users (name TEXT PRIMARY KEY) WITHOUT ROWID;

-- left
ALTER TABLE users ADD COLUMN email TEXT;

-- right
ALTER TABLE users ADD COLUMN age INT;
