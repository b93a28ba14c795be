-- verdict: fails right-first

-- before
CREATE TABLE stock (id int, amount int CHECK (amount < 100), note text);

-- rows
INSERT INTO stock VALUES (1, 70, 'thirteen char'), (2, 9, '');

-- left
ALTER TABLE stock DROP CONSTRAINT stock_amount_check;

-- right
UPDATE stock SET amount = amount + 50 WHERE note = 'thirteen char';
