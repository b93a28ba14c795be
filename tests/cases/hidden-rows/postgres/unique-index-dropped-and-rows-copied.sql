-- verdict: fails right-first

-- before
CREATE TABLE stock (id int, amount int, note text); CREATE UNIQUE INDEX amounts ON stock (amount);

-- rows
INSERT INTO stock VALUES (1, 70, 'thirteen char'), (2, 9, '');

-- left
DROP INDEX amounts;

-- right
INSERT INTO stock SELECT id + 10, amount, 'copy' FROM stock WHERE note = 'thirteen char';
