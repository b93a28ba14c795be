-- verdict: order matters

-- before
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';

-- left
ALTER FUNCTION f() COST 5;

-- right
ALTER FUNCTION f() COST 6;
