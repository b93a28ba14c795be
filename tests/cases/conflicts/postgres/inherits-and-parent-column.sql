-- verdict: fails left-first
-- static: order

-- before
CREATE TABLE base (id int);
CREATE TABLE users (id int);

-- left
ALTER TABLE base ADD COLUMN name text;

-- right
ALTER TABLE users INHERIT base;
