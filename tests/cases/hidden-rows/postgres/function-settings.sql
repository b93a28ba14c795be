-- verdict: order matters

-- before
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';

-- left
ALTER FUNCTION f() SET search_path = public;

-- right
ALTER FUNCTION f() SET search_path = pg_catalog;
