-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, age int);

-- left
ALTER TABLE users ALTER COLUMN age TYPE bigint;

-- right
CREATE FUNCTION older() RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE users SET age = age + 1; END $$;
