-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int, price int); CREATE TABLE prices (of int PRIMARY KEY, price int);

-- rows
INSERT INTO users VALUES (1, 0); INSERT INTO prices VALUES (1, 5), (2, 7);

-- left
CREATE INDEX newest ON prices (price DESC);

-- right
UPDATE users SET price = prices.price FROM prices WHERE prices.of = users.id;
