-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
ALTER TABLE users DROP COLUMN IF EXISTS name;

-- right
ALTER TABLE users DROP COLUMN IF EXISTS name;
