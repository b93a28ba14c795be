-- verdict: fails both

-- before
CREATE TABLE t (id int, note text); CREATE UNIQUE INDEX ti ON t (id);

-- rows
INSERT INTO t VALUES (1,''),(2,'thirteen char');

-- left
ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY USING INDEX ti;

-- right
UPDATE t SET id = NULL WHERE length(note) = 13;
