-- verdict: order matters

-- before
CREATE TABLE t (id int);

-- left
CREATE TEMP TABLE t (id int);

-- right
INSERT INTO t VALUES (1);
