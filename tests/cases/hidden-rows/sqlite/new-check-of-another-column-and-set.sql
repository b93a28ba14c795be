-- verdict: fails left-first

-- before
CREATE TABLE orders (id int, total int, note text);

-- rows
INSERT INTO orders VALUES (1, 1313, 'thirteen char');

-- left
ALTER TABLE orders ADD COLUMN low int DEFAULT 0 CHECK (total < 1000 OR low > 0);

-- right
UPDATE orders SET total = 5 WHERE note = 'thirteen char';
