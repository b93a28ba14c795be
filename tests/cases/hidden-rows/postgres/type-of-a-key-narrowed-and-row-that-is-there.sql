-- verdict: fails both

-- before
CREATE TABLE t (id int, b numeric UNIQUE);

-- rows
INSERT INTO t VALUES (1,1313.2);

-- left
INSERT INTO t VALUES (9, 1313);

-- right
ALTER TABLE t ALTER b TYPE numeric(6, 0);
