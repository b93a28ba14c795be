-- verdict: order matters

-- before
CREATE TABLE prices (of int, price int); CREATE INDEX sorted ON prices (price); CREATE TABLE lists (id serial, price int);

-- rows
INSERT INTO prices VALUES (1, 7), (1, 5);

-- left
CLUSTER prices USING sorted;

-- right
INSERT INTO lists (price) SELECT price FROM prices;
