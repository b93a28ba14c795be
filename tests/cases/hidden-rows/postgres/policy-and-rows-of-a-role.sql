-- verdict: order matters

-- before
CREATE TABLE t (tenant int, n int); ALTER TABLE t ENABLE ROW LEVEL SECURITY; GRANT SELECT, UPDATE ON t TO writer;

-- rows
INSERT INTO t VALUES (7077, 1);

-- left
CREATE POLICY own ON t USING (tenant = 7077);

-- right
SET ROLE writer; UPDATE t SET n = 0; RESET ROLE;
