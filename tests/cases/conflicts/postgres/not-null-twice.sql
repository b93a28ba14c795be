-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
ALTER TABLE users ALTER COLUMN name SET NOT NULL;

-- right
ALTER TABLE users ALTER COLUMN name SET NOT NULL;
