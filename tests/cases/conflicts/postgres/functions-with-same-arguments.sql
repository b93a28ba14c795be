-- verdict: fails both
-- static: cannot both

-- left
CREATE FUNCTION twice(a int) RETURNS int LANGUAGE sql AS 'SELECT 2 * $1';

-- right
CREATE FUNCTION twice(b integer) RETURNS int LANGUAGE sql AS 'SELECT $1 + $1';
