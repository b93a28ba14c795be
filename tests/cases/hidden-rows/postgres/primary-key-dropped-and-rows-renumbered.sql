-- verdict: fails right-first

-- before
CREATE TABLE stock (id int PRIMARY KEY, note text);

-- rows
INSERT INTO stock VALUES (1, 'thirteen char'), (2, '');

-- left
ALTER TABLE stock DROP CONSTRAINT stock_pkey;

-- right
UPDATE stock SET id = 2 WHERE note = 'thirteen char';
