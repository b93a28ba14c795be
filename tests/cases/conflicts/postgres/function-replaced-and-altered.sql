-- verdict: order matters
-- static: order

-- before
CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';

-- left
CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 11';

-- right
ALTER FUNCTION one() IMMUTABLE;
