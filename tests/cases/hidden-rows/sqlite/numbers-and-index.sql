-- verdict: order matters

-- before
CREATE TABLE prices (of TEXT, price INT); CREATE TABLE lists (id INTEGER PRIMARY KEY, of TEXT, price INT);

-- rows
INSERT INTO prices VALUES ('b', 5), ('a', 2);

-- left
CREATE INDEX sorted ON prices (of);

-- right
INSERT INTO lists (of) SELECT of FROM prices;
