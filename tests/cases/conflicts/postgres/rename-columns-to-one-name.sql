-- verdict: fails both
-- static: cannot both

-- before
CREATE TABLE users (id int PRIMARY KEY, name text, nick text);

-- left
ALTER TABLE users RENAME COLUMN name TO display;

-- right
ALTER TABLE users RENAME COLUMN nick TO display;
