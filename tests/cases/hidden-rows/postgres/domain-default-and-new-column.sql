-- verdict: order matters

-- before
CREATE DOMAIN state AS text DEFAULT 'new'; CREATE TABLE orders (id int);

-- rows
INSERT INTO orders VALUES (1);

-- left
ALTER DOMAIN state SET DEFAULT 'old';

-- right
ALTER TABLE orders ADD COLUMN s state;
