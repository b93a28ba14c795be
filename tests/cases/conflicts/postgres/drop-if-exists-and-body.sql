-- verdict: independent
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
DROP TABLE IF EXISTS users;

-- right
CREATE FUNCTION clean() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM users; END $$;
