-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
CREATE TABLE helper (id int);

-- left 2
DROP TABLE helper;

-- right
ALTER TABLE users ADD COLUMN email text;
