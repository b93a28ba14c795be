-- verdict: fails left-first

-- before
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1'; CREATE TABLE users (id int, name text);

-- rows
INSERT INTO users VALUES (-1, 'x');

-- left
CREATE OR REPLACE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1 / ($1 + 1)';

-- right
CREATE INDEX i ON users (f(id));
