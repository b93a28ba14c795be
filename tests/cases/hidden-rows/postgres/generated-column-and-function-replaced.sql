-- verdict: order matters

-- before
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1'; CREATE TABLE users (id int, n int GENERATED ALWAYS AS (f(id)) STORED, name text);

-- rows
INSERT INTO users VALUES (1, DEFAULT, 'thirteen char');

-- left
CREATE OR REPLACE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';

-- right
UPDATE users SET id = 2 WHERE length(name) = 13;
