-- verdict: order matters

-- before
CREATE TABLE prices (of int, price int); CREATE INDEX sorted ON prices (price); CREATE TABLE lists (all_of int[]);

-- rows
INSERT INTO prices VALUES (1, 7), (1, 5);

-- left
CLUSTER prices USING sorted;

-- right
INSERT INTO lists SELECT array_agg(price) FROM prices;
