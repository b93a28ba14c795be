-- verdict: order matters

-- before
CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT, g TEXT AS (lower(a))); CREATE TABLE lg (x TEXT); CREATE TABLE q (n INTEGER);
CREATE TRIGGER tq AFTER INSERT ON q BEGIN INSERT INTO lg SELECT g FROM t WHERE id = new.n; END;

-- rows
INSERT INTO t (id, a, b) VALUES (1, 'x', 'thirteen char');

-- left
INSERT INTO q VALUES (1);

-- right
UPDATE t SET a = 'new' WHERE length(b) = 13;
