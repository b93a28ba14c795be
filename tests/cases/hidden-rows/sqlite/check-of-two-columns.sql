-- verdict: fails left-first

-- before
CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, CHECK (a < b));

-- rows
INSERT INTO t VALUES (1, 1, 1313);

-- left
UPDATE t SET a = 5000 WHERE b = 1313;

-- right
UPDATE t SET b = 6000 WHERE id > 0;
