-- verdict: fails left-first
-- static: order

-- before
CREATE SCHEMA app;
CREATE TABLE app.users (id int, name text);

-- left
SET LOCAL search_path TO app;
ALTER TABLE users DROP COLUMN name;

-- right
ALTER TABLE app.users ALTER COLUMN name SET NOT NULL;
