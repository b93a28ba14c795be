-- verdict: fails right-first

-- before
CREATE TABLE stock (id int, amount int UNIQUE, note text);

-- rows
INSERT INTO stock VALUES (1, 70, 'thirteen char'), (2, 9, '');

-- left
ALTER TABLE stock DROP CONSTRAINT stock_amount_key;

-- right
UPDATE stock SET amount = 9 WHERE note = 'thirteen char';
