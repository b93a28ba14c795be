-- verdict: order matters

-- before
CREATE TABLE prices (of TEXT, price INT); CREATE TABLE lists (id INTEGER PRIMARY KEY, of TEXT, price INT);

-- rows
INSERT INTO prices VALUES ('b', 5), ('b', 2), ('a', 9);

-- left
CREATE INDEX sorted ON prices (of, price);

-- right
CREATE TABLE all_of AS SELECT of, json_group_array(price) AS list FROM prices GROUP BY of;
