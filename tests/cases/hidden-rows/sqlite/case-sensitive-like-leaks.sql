-- verdict: order matters

-- before
CREATE TABLE t (id INT, name TEXT);

-- rows
INSERT INTO t VALUES (1, 'Abc');

-- left
PRAGMA case_sensitive_like = ON;

-- right
DELETE FROM t WHERE name LIKE 'a%';
