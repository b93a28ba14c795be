-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
ALTER TABLE users ADD COLUMN name text;

-- right
ALTER TABLE users ADD COLUMN email text;
