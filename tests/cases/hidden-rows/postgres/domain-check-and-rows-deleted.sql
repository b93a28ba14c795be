-- verdict: fails left-first

-- before
CREATE DOMAIN d AS int; CREATE TABLE o (u d);

-- rows
INSERT INTO o VALUES (-4711);

-- left
ALTER DOMAIN d ADD CHECK (value <> -4711);

-- right
DELETE FROM o WHERE u < 0;
