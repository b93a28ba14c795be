-- verdict: order matters

-- before
CREATE TABLE prices (of TEXT, price INT); CREATE TABLE lists (id TEXT, of TEXT, price INT);

-- rows
INSERT INTO prices VALUES ('b', 5), ('b', 2), ('b', 9); INSERT INTO lists VALUES ('', 'b', 0);

-- left
CREATE INDEX sorted ON prices (of, price DESC);

-- right
UPDATE lists SET price = prices.price FROM prices WHERE prices.of = lists.of;
