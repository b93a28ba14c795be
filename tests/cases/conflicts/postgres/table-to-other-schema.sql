-- verdict: fails left-first
-- static: order

-- before
CREATE SCHEMA app;
CREATE TABLE users (id int);

-- left
ALTER TABLE users SET SCHEMA app;

-- right
ALTER TABLE users ADD COLUMN name text;
