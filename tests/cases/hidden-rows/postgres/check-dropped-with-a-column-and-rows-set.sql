-- verdict: fails right-first

-- before
CREATE TABLE stock (id int, amount int, most int, note text, CHECK (amount < most));

-- rows
INSERT INTO stock VALUES (1, 70, 100, 'thirteen char');

-- left
ALTER TABLE stock DROP COLUMN most;

-- right
UPDATE stock SET amount = 500 WHERE note = 'thirteen char';
