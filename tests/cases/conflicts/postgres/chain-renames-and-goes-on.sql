-- verdict: fails left-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
ALTER TABLE users RENAME TO people;

-- left 2
ALTER TABLE people ADD COLUMN name text;

-- right
ALTER TABLE users ADD COLUMN email text;
