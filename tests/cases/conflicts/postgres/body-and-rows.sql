-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE TABLE names (name text);

-- left
CREATE FUNCTION clean() RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE users SET name = ''; DELETE FROM names; END $$;

-- right
INSERT INTO names SELECT name FROM users;
UPDATE users SET name = 'b';
