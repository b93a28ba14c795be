-- verdict: order matters

-- before
CREATE TABLE prices (of TEXT, price INT); CREATE TABLE lists (id INT, of TEXT, price INT); CREATE INDEX sorted ON prices (of, price);

-- rows
INSERT INTO prices VALUES ('b', 5), ('b', 2), ('a', 9);

-- left
DROP INDEX sorted;

-- right
INSERT INTO lists (id, price) SELECT row_number() OVER (PARTITION BY of), price FROM prices;
