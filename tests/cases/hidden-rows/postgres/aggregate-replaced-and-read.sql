-- verdict: order matters

-- before
CREATE TABLE users (id int, name text); CREATE TABLE log (n int); CREATE AGGREGATE total (int) (sfunc = int4pl, stype = int, initcond = '0');

-- rows
INSERT INTO users VALUES (3, 'thirteen char');

-- left
CREATE OR REPLACE AGGREGATE total (int) (sfunc = int4mul, stype = int, initcond = '2');

-- right
INSERT INTO log SELECT total(id) FROM users WHERE length(name) = 13 HAVING count(*) > 0;
