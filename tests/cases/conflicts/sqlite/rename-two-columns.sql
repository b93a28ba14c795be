-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, nick TEXT);

-- left
ALTER TABLE users RENAME COLUMN name TO full_name;

-- right
ALTER TABLE users RENAME COLUMN nick TO short_name;
