-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, name text, nick text);

-- left
ALTER TABLE users RENAME COLUMN name TO full_name;

-- right
ALTER TABLE users RENAME COLUMN nick TO short_name;
