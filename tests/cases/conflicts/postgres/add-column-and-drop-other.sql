-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
ALTER TABLE users ADD COLUMN email text;

-- right
ALTER TABLE users DROP COLUMN name;
