-- verdict: fails right-first

-- before
CREATE TABLE stock (id INT, amount INT, note TEXT); CREATE UNIQUE INDEX amounts ON stock (amount);

-- rows
INSERT INTO stock VALUES (1, 70, 'thirteen char'), (2, 9, '');

-- left
DROP INDEX amounts;

-- right
INSERT INTO stock VALUES (3, 70, '');
