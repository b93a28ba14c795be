-- verdict: fails both
-- static: order

-- before
CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2 * $1';
CREATE TABLE users (id int PRIMARY KEY);

-- left
DROP FUNCTION twice(int);

-- right
CREATE INDEX users_by_twice ON users (twice(id));
