-- verdict: order matters

-- before
CREATE TABLE prices (of TEXT, price INT); CREATE TABLE lists (id TEXT, of TEXT, price INT); CREATE INDEX by_of ON prices (of); CREATE INDEX by_price ON prices (price);

-- rows
INSERT INTO prices VALUES ('B', 5), ('b', 2);

-- left
ANALYZE;

-- right
INSERT INTO lists (of) SELECT of FROM prices WHERE price > 0 LIMIT 1;
