-- verdict: fails left-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY, name text, CONSTRAINT named CHECK (name <> ''));

-- left
ALTER TABLE users DROP COLUMN name;

-- right
ALTER TABLE users DROP CONSTRAINT named;
