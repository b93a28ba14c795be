-- verdict: fails left-first

-- before
CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, c INTEGER, UNIQUE (a, b));

-- rows
INSERT INTO t VALUES (1, 1301, 1, 7), (2, 1302, 1, 8);

-- left
UPDATE t SET a = 1301 WHERE c = 8;

-- right
UPDATE t SET b = 2 WHERE c = 7;
