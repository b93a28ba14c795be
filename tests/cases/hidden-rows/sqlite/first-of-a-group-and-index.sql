-- verdict: order matters

-- before
CREATE TABLE prices (of TEXT, price INT); CREATE TABLE lists (id TEXT, of TEXT, price INT);

-- rows
INSERT INTO prices VALUES ('b', 5), ('b', 2), ('a', 9);

-- left
CREATE INDEX sorted ON prices (of, price);

-- right
INSERT INTO lists (of, price) SELECT of, price FROM prices GROUP BY of;
