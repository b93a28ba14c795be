-- verdict: fails both

-- before
CREATE DOMAIN called AS text; CREATE TABLE t (id int, n text);

-- rows
INSERT INTO t VALUES (1,'thirteen char');

-- left
ALTER DOMAIN called ADD CHECK (length(VALUE) < 10);

-- right
ALTER TABLE t ADD COLUMN v called GENERATED ALWAYS AS (n) STORED;
