-- verdict: order matters

-- before
CREATE TABLE prices (of int, price int); CREATE INDEX sorted ON prices (price);

-- rows
INSERT INTO prices VALUES (1, 7), (1, 5);

-- left
CLUSTER prices USING sorted;

-- right
ALTER TABLE prices ADD COLUMN id serial;
