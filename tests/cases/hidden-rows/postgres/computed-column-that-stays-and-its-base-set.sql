-- verdict: order matters

-- before
CREATE TABLE t (id int, n text, k text, g text GENERATED ALWAYS AS (lower(n)) STORED);

-- rows
INSERT INTO t VALUES (1,'A','thirteen char');

-- left
ALTER TABLE t ALTER g DROP EXPRESSION;

-- right
UPDATE t SET n = 'Q' WHERE length(k) = 13;
