-- verdict: order matters

-- before
CREATE TABLE log (n INT); CREATE TABLE t (id INTEGER PRIMARY KEY, n INT); CREATE TRIGGER gone AFTER DELETE ON t BEGIN INSERT INTO log VALUES (old.n); END;

-- rows
INSERT INTO t VALUES (77, 1);

-- left
PRAGMA recursive_triggers = ON;

-- right
INSERT OR REPLACE INTO t VALUES (77, 2);
