-- verdict: order matters

-- before
CREATE TABLE a (id int, name text); CREATE TABLE b (id int, name text);

-- rows
INSERT INTO a VALUES (1, 'thirteen char');

-- left
ALTER TABLE a RENAME TO c; ALTER TABLE b RENAME TO a; ALTER TABLE c RENAME TO b;

-- right
UPDATE a SET id = 9 WHERE length(name) = 13;
