-- verdict: order matters

-- before
CREATE TABLE t (n INT CHECK (n < 100)); CREATE TABLE s (n INT);

-- rows
INSERT INTO s VALUES (555);

-- left
PRAGMA ignore_check_constraints = ON;

-- right
INSERT OR IGNORE INTO t SELECT n FROM s;
