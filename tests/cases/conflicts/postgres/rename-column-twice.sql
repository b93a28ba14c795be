-- verdict: fails both
-- static: cannot both

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
ALTER TABLE users RENAME COLUMN name TO full_name;

-- right
ALTER TABLE users RENAME COLUMN name TO display_name;
