-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE posts (id int PRIMARY KEY);

-- left
ALTER TABLE users RENAME TO people;

-- right
ALTER TABLE posts ADD COLUMN title text;
