-- verdict: fails left-first

-- before
CREATE DOMAIN d AS int; CREATE TABLE o (u d);

-- rows
INSERT INTO o VALUES (-5);

-- left
ALTER DOMAIN d ADD CHECK (value > 0);

-- right
UPDATE o SET u = 1 WHERE u <= 0;
