-- verdict: fails both
-- static: cannot both

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
ALTER TABLE users DROP COLUMN name;

-- right
ALTER TABLE users DROP COLUMN name;
