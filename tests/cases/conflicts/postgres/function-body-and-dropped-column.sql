-- verdict: independent
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
CREATE FUNCTION clean() RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE users SET name = ''; END $$;

-- right
ALTER TABLE users DROP COLUMN name;
