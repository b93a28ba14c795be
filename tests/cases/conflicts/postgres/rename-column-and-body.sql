-- verdict: independent
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
ALTER TABLE users RENAME COLUMN name TO full_name;

-- right
CREATE FUNCTION clean() RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE users SET name = ''; END $$;
