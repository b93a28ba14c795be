-- verdict: fails left-first
-- static: order

-- before
CREATE SCHEMA app;
CREATE TABLE app.users (id int);

-- left
ALTER SCHEMA app RENAME TO core;

-- right
ALTER TABLE app.users ADD COLUMN name text;
