-- verdict: independent
-- static: none

-- before
CREATE TABLE orders (id int, total int, note text);

-- rows
INSERT INTO orders VALUES (1, 1313, 'thirteen char');

-- left
ALTER TABLE orders ADD COLUMN low int DEFAULT 0 CHECK (low <= 10);

-- right
UPDATE orders SET total = 5 WHERE note = 'thirteen char';
