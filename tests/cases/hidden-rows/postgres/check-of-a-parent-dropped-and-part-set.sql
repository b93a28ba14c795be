-- verdict: fails right-first

-- before
CREATE TABLE stock (id int, amount int CONSTRAINT few CHECK (amount < 100), note text) PARTITION BY LIST (id); CREATE TABLE first PARTITION OF stock FOR VALUES IN (1);

-- rows
INSERT INTO stock VALUES (1, 1, 'thirteen char');

-- left
ALTER TABLE stock DROP CONSTRAINT few;

-- right
UPDATE first SET amount = 600 WHERE note = 'thirteen char';
