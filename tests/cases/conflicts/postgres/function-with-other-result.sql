-- verdict: fails left-first
-- static: order

-- before
CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';

-- left
DROP FUNCTION one();
CREATE FUNCTION one() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';

-- right
CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 11';
