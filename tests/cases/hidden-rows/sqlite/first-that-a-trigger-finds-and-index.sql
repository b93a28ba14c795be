-- verdict: order matters

-- before
CREATE TABLE prices (of TEXT, price INT); CREATE TABLE lists (of TEXT, price INT); CREATE TRIGGER priced AFTER INSERT ON lists BEGIN UPDATE lists SET price = (SELECT prices.price FROM prices WHERE prices.of = new.of) WHERE of = new.of; END;

-- rows
INSERT INTO prices VALUES ('b', 5), ('b', 9);

-- left
CREATE INDEX sorted ON prices (of, price DESC);

-- right
INSERT INTO lists VALUES ('b', 0);
