-- verdict: independent
-- static: none

-- before
CREATE TABLE stock (id int, amount int, note text); CREATE INDEX amounts ON stock (amount);

-- rows
INSERT INTO stock VALUES (1, 70, 'thirteen char'), (2, 9, '');

-- left
DROP INDEX amounts;

-- right
UPDATE stock SET amount = 9 WHERE note = 'thirteen char';
