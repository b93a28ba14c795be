-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
CREATE FUNCTION clean() RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE users SET name = ''; END $$;

-- right
ALTER TABLE users ADD COLUMN name text;
