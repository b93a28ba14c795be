-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
CREATE TABLE IF NOT EXISTS users (id int PRIMARY KEY);

-- right
ALTER TABLE users ADD COLUMN name text NOT NULL;
