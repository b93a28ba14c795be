-- verdict: order matters

-- before
CREATE TABLE a (id int, x int, y int, name text);

-- rows
INSERT INTO a VALUES (1, 2, 3, 'thirteen char');

-- left
ALTER TABLE a RENAME x TO z; ALTER TABLE a RENAME y TO x; ALTER TABLE a RENAME z TO y;

-- right
UPDATE a SET x = 9 WHERE length(name) = 13;
