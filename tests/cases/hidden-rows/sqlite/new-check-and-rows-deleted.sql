-- verdict: fails left-first

-- before
CREATE TABLE orders (id int, total int, note text);

-- rows
INSERT INTO orders VALUES (1, 1313, 'thirteen char');

-- left
ALTER TABLE orders ADD COLUMN low int DEFAULT 20 CHECK (low <= 10);

-- right
DELETE FROM orders WHERE note = 'thirteen char';
