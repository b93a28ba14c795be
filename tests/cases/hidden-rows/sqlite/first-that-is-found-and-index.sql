-- verdict: order matters

-- before
CREATE TABLE prices (of TEXT, price INT); CREATE TABLE lists (id TEXT, of TEXT, price INT);

-- rows
INSERT INTO prices VALUES ('b', 5), ('b', 2), ('a', 9); INSERT INTO lists VALUES ('', 'b', 0);

-- left
CREATE INDEX sorted ON prices (of, price);

-- right
UPDATE lists SET price = (SELECT price FROM prices WHERE prices.of = lists.of);
