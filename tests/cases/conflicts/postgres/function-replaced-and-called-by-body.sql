-- verdict: independent
-- static: none

-- before
CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';

-- left
CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 11';

-- right
CREATE FUNCTION two() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT one() + one()); END $$;
