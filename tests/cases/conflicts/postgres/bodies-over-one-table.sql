-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
CREATE FUNCTION clean() RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE users SET name = ''; END $$;

-- right
CREATE FUNCTION empty() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM users; END $$;
