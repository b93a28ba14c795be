-- verdict: fails left-first

-- before
CREATE TABLE r (id int PRIMARY KEY, a int, b int);
CREATE FUNCTION fits(r) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1.a < $1.b';
ALTER TABLE r ADD CHECK (fits(r));

-- rows
INSERT INTO r VALUES (1, 1313, 1400);

-- left
UPDATE r SET a = 5000 WHERE id = 1;

-- right
UPDATE r SET b = 6000 WHERE id = 1;
