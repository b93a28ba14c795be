-- verdict: fails left-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
DROP TABLE users;

-- right
ALTER TABLE users ADD COLUMN name text;
