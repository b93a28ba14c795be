-- verdict: fails right-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
CREATE FUNCTION clean() RETURNS void LANGUAGE sql AS $$ UPDATE users SET name = '' $$;

-- right
ALTER TABLE users DROP COLUMN name;
