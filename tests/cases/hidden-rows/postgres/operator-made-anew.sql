-- verdict: order matters

-- before
CREATE TYPE shade AS ENUM ('light', 'dark');
CREATE TABLE users (id int, name text, shade shade); CREATE TABLE log (n int);
CREATE FUNCTION mix(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
CREATE FUNCTION other_mix(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * $2 + 7';
CREATE OPERATOR ### (LEFTARG = int, RIGHTARG = int, FUNCTION = mix);
CREATE FUNCTION as_int(shade) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION other_as_int(shade) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2';
CREATE CAST (shade AS int) WITH FUNCTION as_int(shade) AS ASSIGNMENT;

-- rows
INSERT INTO users VALUES (3, 'thirteen char', 'dark');

-- left
DROP OPERATOR ### (int, int);
CREATE OPERATOR ### (LEFTARG = int, RIGHTARG = int, FUNCTION = other_mix);

-- right
INSERT INTO log SELECT id ### 5 FROM users WHERE length(name) = 13;
