-- verdict: independent
-- static: none

-- before
CREATE SCHEMA app;
CREATE TABLE app.users (id int, name text);
CREATE TABLE users (id int, name text);

-- left
SET LOCAL search_path TO app;
ALTER TABLE users DROP COLUMN name;

-- right
ALTER TABLE users RENAME COLUMN name TO full_name;
