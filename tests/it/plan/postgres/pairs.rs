//! Before and after, for every kind of object and every change of it; both ways.

use super::{Bench, all_both_ways, roles};
use crate::introspect::postgres::changes;

/// What pairs stand on.
const BASE: &str = "CREATE TABLE p (id int PRIMARY KEY, a int DEFAULT 1, b text);
    CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1';
    CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';";

/// More than one thing changes, or something stands in the way.
const PAIRS: &[(&str, &str)] = &[
    // Whole objects
    (
        "",
        "CREATE TABLE t (id bigserial PRIMARY KEY, a varchar(10) NOT NULL UNIQUE, b int REFERENCES p, c int[] DEFAULT '{}', CHECK (b > 0))",
    ),
    (
        "",
        "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \"Mixed\" int, \"order\" int, UNIQUE (\"Mixed\", \"order\"))",
    ),
    (
        "",
        "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) STORED, c text COLLATE \"C\" DEFAULT 'it''s')",
    ),
    ("", "CREATE TABLE t ()"),
    (
        "",
        "CREATE SCHEMA other; CREATE TABLE other.t (id serial, a app.p); CREATE VIEW other.v AS SELECT id FROM other.t",
    ),
    (
        "",
        "CREATE TABLE x (id int PRIMARY KEY, y int); CREATE TABLE y (id int PRIMARY KEY, x int REFERENCES x); ALTER TABLE x ADD FOREIGN KEY (y) REFERENCES y",
    ),
    (
        "",
        "CREATE TABLE t (id int PRIMARY KEY, up int REFERENCES t)",
    ),
    (
        "",
        "CREATE SEQUENCE s INCREMENT -2 MAXVALUE 100 START 50 CACHE 3 CYCLE; CREATE TABLE t (a bigint DEFAULT nextval('app.s'))",
    ),
    (
        "",
        "CREATE SEQUENCE s AS smallint MINVALUE 5 START 7; COMMENT ON SEQUENCE s IS 'x'",
    ),
    (
        "",
        "CREATE UNLOGGED TABLE t (a int) WITH (fillfactor = 50, autovacuum_enabled = false)",
    ),
    // Functions between tables
    (
        "",
        "CREATE TABLE t (a int, b int); CREATE FUNCTION g(t) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1.a'; CREATE INDEX i ON t ((g(t.*)))",
    ),
    (
        "",
        "CREATE FUNCTION g() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'; CREATE TABLE t (a int DEFAULT g(), CHECK (f(a) > 0)); CREATE FUNCTION h() RETURNS SETOF t LANGUAGE sql AS 'SELECT * FROM app.t'",
    ),
    (
        "",
        "CREATE TABLE t (a int); CREATE FUNCTION g(t) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true'; ALTER TABLE t ADD CHECK (g(t.*))",
    ),
    // Default privileges: what is made is given to more than it shall be (pg-delta)
    (
        "ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT ALL ON TABLES TO reader; ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT ALL ON SEQUENCES TO reader;
         ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT EXECUTE ON FUNCTIONS TO reader WITH GRANT OPTION; CREATE FUNCTION h() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TABLE t (a serial, b int); CREATE TABLE u (a int); CREATE VIEW v AS SELECT 1 AS a; GRANT SELECT ON u TO reader; GRANT INSERT ON v TO reader WITH GRANT OPTION;
         ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT ALL ON TABLES TO reader; ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT ALL ON SEQUENCES TO reader;
         ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT EXECUTE ON FUNCTIONS TO reader WITH GRANT OPTION; CREATE FUNCTION h() RETURNS bigint LANGUAGE sql AS 'SELECT 1'; CREATE TABLE w (a serial)",
    ),
    // A key to the same table goes before the column that it leads to (chinook)
    (
        "CREATE TABLE t (b int)",
        "CREATE TABLE t (b int, a int PRIMARY KEY, up int REFERENCES t)",
    ),
    (
        "CREATE TABLE t (b int, up int)",
        "CREATE TABLE t (b int, up int, a int UNIQUE, FOREIGN KEY (up) REFERENCES t (a))",
    ),
    // Types of columns that are computed or counted (pg-delta)
    (
        "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) STORED)",
        "CREATE TABLE t (a int, b bigint GENERATED ALWAYS AS (a * 2) STORED)",
    ),
    (
        "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY)",
        "CREATE TABLE t (a bigint GENERATED ALWAYS AS IDENTITY (MAXVALUE 5000000000))",
    ),
    // An index of the parent alone is not one of all partitions, whatever its text says
    (
        "CREATE TABLE t (a int) PARTITION BY RANGE (a); CREATE TABLE u PARTITION OF t FOR VALUES FROM (1) TO (2); CREATE INDEX i ON ONLY t (a); CREATE INDEX j ON u (a)",
        "CREATE TABLE t (a int) PARTITION BY RANGE (a); CREATE TABLE u PARTITION OF t FOR VALUES FROM (1) TO (2); CREATE INDEX i ON ONLY t (a); CREATE INDEX j ON u (a); ALTER INDEX i ATTACH PARTITION j",
    ),
    // On some partitions, on others, and on partitions of partitions
    (
        "CREATE TABLE t (a int, b int) PARTITION BY RANGE (a); CREATE TABLE u PARTITION OF t FOR VALUES FROM (1) TO (2); CREATE TABLE v PARTITION OF t FOR VALUES FROM (2) TO (9) PARTITION BY RANGE (b); CREATE TABLE w PARTITION OF v FOR VALUES FROM (1) TO (2); CREATE TABLE x PARTITION OF v DEFAULT; CREATE INDEX i ON ONLY t (a); CREATE INDEX ui ON u (a); ALTER INDEX i ATTACH PARTITION ui",
        "CREATE TABLE t (a int, b int) PARTITION BY RANGE (a); CREATE TABLE u PARTITION OF t FOR VALUES FROM (1) TO (2); CREATE TABLE v PARTITION OF t FOR VALUES FROM (2) TO (9) PARTITION BY RANGE (b); CREATE TABLE w PARTITION OF v FOR VALUES FROM (1) TO (2); CREATE TABLE x PARTITION OF v DEFAULT; CREATE INDEX i ON ONLY t (a)",
    ),
    (
        "CREATE TABLE t (a int, b int) PARTITION BY RANGE (a); CREATE TABLE u PARTITION OF t FOR VALUES FROM (1) TO (2); CREATE TABLE v PARTITION OF t FOR VALUES FROM (2) TO (9) PARTITION BY RANGE (b); CREATE TABLE w PARTITION OF v FOR VALUES FROM (1) TO (2); CREATE TABLE x PARTITION OF v DEFAULT; CREATE INDEX i ON ONLY t (a); CREATE INDEX ui ON u (a); ALTER INDEX i ATTACH PARTITION ui",
        "CREATE TABLE t (a int, b int) PARTITION BY RANGE (a); CREATE TABLE u PARTITION OF t FOR VALUES FROM (1) TO (2); CREATE TABLE v PARTITION OF t FOR VALUES FROM (2) TO (9) PARTITION BY RANGE (b); CREATE TABLE w PARTITION OF v FOR VALUES FROM (1) TO (2); CREATE TABLE x PARTITION OF v DEFAULT; CREATE INDEX i ON ONLY t (a); CREATE INDEX vi ON ONLY v (a); ALTER INDEX i ATTACH PARTITION vi; CREATE INDEX wi ON w (a); ALTER INDEX vi ATTACH PARTITION wi",
    ),
    (
        "CREATE TABLE t (a int, b int) PARTITION BY RANGE (a); CREATE TABLE u PARTITION OF t FOR VALUES FROM (1) TO (2); CREATE TABLE v PARTITION OF t FOR VALUES FROM (2) TO (9) PARTITION BY RANGE (b); CREATE TABLE w PARTITION OF v FOR VALUES FROM (1) TO (2); CREATE TABLE x PARTITION OF v DEFAULT; CREATE INDEX i ON t (a)",
        "CREATE TABLE t (a int, b int) PARTITION BY RANGE (a); CREATE TABLE u PARTITION OF t FOR VALUES FROM (1) TO (2); CREATE TABLE v PARTITION OF t FOR VALUES FROM (2) TO (9) PARTITION BY RANGE (b); CREATE TABLE w PARTITION OF v FOR VALUES FROM (1) TO (2); CREATE TABLE x PARTITION OF v DEFAULT; CREATE INDEX i ON ONLY t (a); CREATE INDEX vi ON ONLY v (a); ALTER INDEX i ATTACH PARTITION vi; CREATE INDEX wi ON w (a); ALTER INDEX vi ATTACH PARTITION wi",
    ),
    (
        "",
        "CREATE TABLE t (a int, b int) PARTITION BY RANGE (a); CREATE TABLE u PARTITION OF t FOR VALUES FROM (1) TO (2); CREATE TABLE v PARTITION OF t FOR VALUES FROM (2) TO (9) PARTITION BY RANGE (b); CREATE TABLE w PARTITION OF v FOR VALUES FROM (1) TO (2); CREATE TABLE x PARTITION OF v DEFAULT; CREATE INDEX i ON ONLY t (a); CREATE INDEX vi ON ONLY v (a); ALTER INDEX i ATTACH PARTITION vi; CREATE INDEX wi ON w (a); ALTER INDEX vi ATTACH PARTITION wi",
    ),
    // Rules and policies that lead to each other's tables (sakila)
    (
        "",
        "CREATE TABLE t (a int); CREATE TABLE u () INHERITS (t); CREATE RULE r AS ON INSERT TO t DO INSTEAD INSERT INTO u VALUES (NEW.a)",
    ),
    (
        "",
        "CREATE TABLE t (a int); CREATE TABLE u (a int); CREATE POLICY y ON t USING (EXISTS (SELECT FROM u)); CREATE POLICY y ON u USING (EXISTS (SELECT FROM t))",
    ),
    (
        "",
        "CREATE TABLE zz (a int); CREATE FUNCTION aa() RETURNS int LANGUAGE sql AS 'SELECT a FROM app.zz'",
    ),
    (
        "CREATE TABLE zz (a int)",
        "CREATE TABLE zz (a int, b int); CREATE FUNCTION aa() RETURNS int LANGUAGE sql AS 'SELECT b FROM app.zz'",
    ),
    (
        "",
        "CREATE VIEW zv AS SELECT 1 AS x; CREATE FUNCTION aa() RETURNS int LANGUAGE sql AS 'SELECT x FROM app.zv'; CREATE VIEW aav AS SELECT aa() AS y",
    ),
    // Views
    (
        "CREATE VIEW v AS SELECT a FROM p",
        "CREATE VIEW v AS SELECT a, b FROM p",
    ),
    (
        "CREATE VIEW v AS SELECT a, b FROM p",
        "CREATE VIEW v AS SELECT b, a FROM p",
    ),
    (
        "CREATE VIEW v AS SELECT a FROM p; CREATE VIEW w AS SELECT a FROM v; CREATE VIEW x AS SELECT a FROM w",
        "CREATE VIEW v AS SELECT a::text AS a FROM p; CREATE VIEW w AS SELECT a FROM v; CREATE VIEW x AS SELECT a FROM w",
    ),
    (
        "CREATE MATERIALIZED VIEW m AS SELECT a FROM p; CREATE INDEX i ON m (a); CREATE VIEW v AS SELECT a FROM m; COMMENT ON VIEW v IS 'x'",
        "CREATE MATERIALIZED VIEW m AS SELECT a + 1 AS a FROM p; CREATE UNIQUE INDEX i ON m (a); CREATE VIEW v AS SELECT a FROM m; COMMENT ON VIEW v IS 'x'",
    ),
    (
        "CREATE VIEW v AS SELECT a FROM p",
        "CREATE MATERIALIZED VIEW v AS SELECT a FROM p",
    ),
    (
        "CREATE VIEW v AS SELECT id, a FROM p",
        "CREATE TABLE v (id int, a int)",
    ),
    (
        "CREATE VIEW v AS SELECT id, a FROM p",
        "CREATE VIEW v WITH (security_barrier, check_option = local) AS SELECT id, a FROM p WHERE a > 0",
    ),
    (
        "CREATE VIEW v AS SELECT id, a FROM p",
        "CREATE VIEW v AS SELECT id, a FROM p; ALTER VIEW v ALTER a SET DEFAULT 7; COMMENT ON COLUMN v.a IS 'x'; CREATE RULE r AS ON INSERT TO v DO INSTEAD NOTHING; CREATE TRIGGER g INSTEAD OF UPDATE ON v FOR EACH ROW EXECUTE FUNCTION tf()",
    ),
    // Types of columns
    (
        "CREATE TABLE t (a int DEFAULT 1); CREATE VIEW v AS SELECT a FROM t; CREATE INDEX i ON t (a) WHERE a > 0",
        "CREATE TABLE t (a text DEFAULT 'x'); CREATE VIEW v AS SELECT a FROM t; CREATE INDEX i ON t (a) WHERE a > '0'",
    ),
    (
        "CREATE TABLE t (a varchar(5) DEFAULT 'x' CHECK (a IN ('x', 'y')))",
        "CREATE TABLE t (a text DEFAULT 'x' CHECK (a IN ('x', 'y')))",
    ),
    (
        "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) STORED)",
        "CREATE TABLE t (a bigint, b bigint GENERATED ALWAYS AS (a + 1) STORED)",
    ),
    // What stands on a computed column that is made anew with a type of its own
    (
        "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) STORED CHECK (b > 0)); CREATE INDEX i ON t (b); CREATE VIEW v AS SELECT b FROM t",
        "CREATE TABLE t (a bigint, b bigint GENERATED ALWAYS AS (a + 1) STORED CHECK (b > 0)); CREATE INDEX i ON t (b); CREATE VIEW v AS SELECT b FROM t",
    ),
    // A column of a view that has a comment is no inherited one
    (
        "CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM v; CREATE MATERIALIZED VIEW m AS SELECT a FROM w; COMMENT ON COLUMN v.a IS 'x'; COMMENT ON COLUMN w.a IS 'y'",
        "CREATE TABLE t (a bigint); CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM v; CREATE MATERIALIZED VIEW m AS SELECT a FROM w; COMMENT ON COLUMN v.a IS 'x'; COMMENT ON COLUMN w.a IS 'y'",
    ),
    (
        "CREATE TABLE t (a int); CREATE POLICY y ON t USING (a > 0); CREATE TRIGGER g AFTER UPDATE OF a ON t FOR EACH ROW WHEN (new.a > 0) EXECUTE FUNCTION tf()",
        "CREATE TABLE t (a bigint); CREATE POLICY y ON t USING (a > 0); CREATE TRIGGER g AFTER UPDATE OF a ON t FOR EACH ROW WHEN (new.a > 0) EXECUTE FUNCTION tf()",
    ),
    (
        "CREATE TABLE t (a int PRIMARY KEY); CREATE TABLE u (t int REFERENCES t)",
        "CREATE TABLE t (a bigint PRIMARY KEY); CREATE TABLE u (t bigint REFERENCES t)",
    ),
    (
        "CREATE TABLE t (a int PRIMARY KEY); CREATE TABLE u (t int REFERENCES t)",
        "CREATE TABLE t (a text PRIMARY KEY); CREATE TABLE u (t text REFERENCES t)",
    ),
    ("CREATE TABLE t (a serial)", "CREATE TABLE t (a bigserial)"),
    (
        "CREATE TABLE t (a serial)",
        "CREATE TABLE t (a int GENERATED BY DEFAULT AS IDENTITY)",
    ),
    (
        "CREATE TABLE t (a int GENERATED BY DEFAULT AS IDENTITY)",
        "CREATE TABLE t (a bigint GENERATED BY DEFAULT AS IDENTITY)",
    ),
    (
        "CREATE TABLE t (a int NOT NULL)",
        "CREATE TABLE t (a serial)",
    ),
    (
        "CREATE TABLE t (a int)",
        "CREATE TABLE t (a serial PRIMARY KEY)",
    ),
    (
        "CREATE TABLE t (a int, b text)",
        "CREATE TABLE t (b text, c int NOT NULL DEFAULT 5, d timestamptz NOT NULL DEFAULT now())",
    ),
    (
        "CREATE TABLE t (a int, b int, CONSTRAINT x UNIQUE (a, b)); CREATE INDEX i ON t (a, b); CREATE STATISTICS s ON a, b FROM t",
        "CREATE TABLE t (b int, CONSTRAINT x UNIQUE (b)); CREATE INDEX i ON t (b)",
    ),
    ("CREATE TABLE t (a int)", "CREATE TABLE t (b int)"),
    (
        "CREATE TABLE t (a int, b int)",
        "CREATE TABLE t (a int, b int, c int GENERATED ALWAYS AS (a + b) STORED)",
    ),
    (
        "CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT * FROM t",
        "CREATE TABLE t (a int); CREATE VIEW v AS SELECT * FROM t",
    ),
    // Enums
    (
        "CREATE TYPE e AS ENUM ('b', 'd'); CREATE TABLE t (a e)",
        "CREATE TYPE e AS ENUM ('a', 'b', 'c', 'd', 'e'); CREATE TABLE t (a e)",
    ),
    (
        "CREATE TYPE e AS ENUM ('b', 'd'); CREATE TABLE t (a e)",
        "CREATE TYPE e AS ENUM ('b', 'd', 'e'); CREATE TABLE t (a e DEFAULT 'e')",
    ),
    (
        "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (a e DEFAULT 'a', b e[], CHECK (a <> 'b')); CREATE INDEX i ON t (a) WHERE a = 'a'; CREATE VIEW v AS SELECT a FROM t; CREATE FUNCTION g(e) RETURNS e LANGUAGE sql AS 'SELECT $1'",
        "CREATE TYPE e AS ENUM ('b', 'a'); CREATE TABLE t (a e DEFAULT 'a', b e[], CHECK (a <> 'b')); CREATE INDEX i ON t (a) WHERE a = 'a'; CREATE VIEW v AS SELECT a FROM t; CREATE FUNCTION g(e) RETURNS e LANGUAGE sql AS 'SELECT $1'",
    ),
    (
        "CREATE TYPE e AS ENUM ('a', 'b'); CREATE DOMAIN d AS e; CREATE TYPE c AS (x e); CREATE TABLE t (a d, b c, f e PRIMARY KEY DEFAULT 'a'); CREATE TABLE u (g e REFERENCES t)",
        "CREATE TYPE e AS ENUM ('a'); CREATE DOMAIN d AS e; CREATE TYPE c AS (x e); CREATE TABLE t (a d, b c, f e PRIMARY KEY DEFAULT 'a'); CREATE TABLE u (g e REFERENCES t)",
    ),
    (
        "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (a e DEFAULT 'a')",
        "CREATE TABLE t (a text DEFAULT 'a')",
    ),
    (
        "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (a e DEFAULT 'a')",
        "CREATE TYPE e2 AS ENUM ('a', 'b'); CREATE TABLE t (a e2 DEFAULT 'a')",
    ),
    ("CREATE TYPE e AS ENUM ('a')", "CREATE TYPE e AS (a int)"),
    // Other types
    (
        "CREATE DOMAIN d AS int CHECK (VALUE > 0); CREATE TABLE t (a d DEFAULT 1)",
        "CREATE DOMAIN d AS bigint CHECK (VALUE > 0); CREATE TABLE t (a d DEFAULT 1)",
    ),
    (
        "CREATE DOMAIN d AS text; CREATE TABLE t (a d)",
        "CREATE DOMAIN d AS text COLLATE \"C\" DEFAULT 'x' NOT NULL CONSTRAINT c CHECK (VALUE <> ''); CREATE TABLE t (a d)",
    ),
    (
        "CREATE DOMAIN d AS int CONSTRAINT x CHECK (VALUE > 0)",
        "CREATE DOMAIN d AS int CONSTRAINT y CHECK (VALUE > 0); COMMENT ON CONSTRAINT y ON DOMAIN d IS 'x'; COMMENT ON DOMAIN d IS 'd'",
    ),
    (
        "CREATE DOMAIN d AS int; ALTER DOMAIN d ADD CONSTRAINT x CHECK (VALUE > 0) NOT VALID",
        "CREATE DOMAIN d AS int CONSTRAINT x CHECK (VALUE > 0)",
    ),
    (
        "CREATE TYPE c AS (a int, b text); CREATE TABLE t (x c)",
        "CREATE TYPE c AS (a int, d text); CREATE TABLE t (x c)",
    ),
    (
        "CREATE TYPE c AS (a int, b text); CREATE TABLE t (x c)",
        "CREATE TYPE c AS (a bigint, b text); CREATE TABLE t (x c)",
    ),
    (
        "CREATE TYPE c AS (a int, b text)",
        "CREATE TYPE c AS (a bigint, b text)",
    ),
    (
        "CREATE TYPE c AS (a int, b text)",
        "CREATE TYPE c AS (b text, a int)",
    ),
    (
        "CREATE TYPE r AS RANGE (SUBTYPE = int); CREATE TABLE t (x int)",
        "CREATE TYPE r AS RANGE (SUBTYPE = bigint); CREATE TABLE t (x int)",
    ),
    (
        "CREATE TYPE r AS RANGE (SUBTYPE = text, COLLATION = \"C\")",
        "",
    ),
    // Constraints and indexes
    (
        "ALTER TABLE p ADD CONSTRAINT x CHECK (a > 0) NOT VALID",
        "ALTER TABLE p ADD CONSTRAINT x CHECK (a > 0)",
    ),
    (
        "ALTER TABLE p ADD CONSTRAINT x UNIQUE (a); CREATE TABLE u (a int REFERENCES p (a))",
        "ALTER TABLE p DROP CONSTRAINT p_pkey; ALTER TABLE p ADD PRIMARY KEY (a); CREATE TABLE u (a int REFERENCES p (a))",
    ),
    (
        "CREATE UNIQUE INDEX x ON p (a); CREATE TABLE u (a int REFERENCES p (a))",
        "ALTER TABLE p ADD CONSTRAINT x UNIQUE (a); CREATE TABLE u (a int REFERENCES p (a))",
    ),
    (
        "CREATE TABLE t (a int, b int)",
        "CREATE TABLE t (a int, b int, CONSTRAINT x EXCLUDE USING gist (int4range(a, b) WITH &&) WHERE (a > 0) DEFERRABLE, CONSTRAINT y UNIQUE (a) WITH (fillfactor = 70) DEFERRABLE INITIALLY DEFERRED)",
    ),
    (
        "CREATE TABLE t (a int NOT NULL); CREATE UNIQUE INDEX i ON t (a); ALTER TABLE t REPLICA IDENTITY USING INDEX i; ALTER TABLE t CLUSTER ON i",
        "CREATE TABLE t (a bigint NOT NULL, b int); CREATE UNIQUE INDEX i ON t (a) WITH (fillfactor = 50); ALTER TABLE t REPLICA IDENTITY USING INDEX i; ALTER TABLE t CLUSTER ON i",
    ),
    (
        "CREATE TABLE t (a int NOT NULL)",
        "CREATE TABLE t (a int PRIMARY KEY); ALTER TABLE t REPLICA IDENTITY USING INDEX t_pkey; ALTER TABLE t REPLICA IDENTITY FULL",
    ),
    (
        "CREATE TABLE t (a int NOT NULL)",
        "CREATE TABLE t (a int PRIMARY KEY); ALTER TABLE t REPLICA IDENTITY USING INDEX t_pkey",
    ),
    (
        "CREATE INDEX i ON p (f(a)); COMMENT ON INDEX i IS 'x'",
        "CREATE INDEX i ON p (f(a + 1)); COMMENT ON INDEX i IS 'x'; ALTER INDEX i ALTER 1 SET STATISTICS 9",
    ),
    (
        "CREATE INDEX i ON p (a); CREATE INDEX j ON p (b); ALTER TABLE p CLUSTER ON i",
        "CREATE INDEX i ON p (a); CREATE INDEX j ON p (b); ALTER TABLE p CLUSTER ON j",
    ),
    (
        "CREATE STATISTICS s ON a, b FROM p",
        "CREATE STATISTICS s (ndistinct) ON a, b FROM p; ALTER STATISTICS s SET STATISTICS 7; COMMENT ON STATISTICS s IS 'x'",
    ),
    // Functions
    (
        "CREATE FUNCTION g(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'; CREATE VIEW v AS SELECT g(a) AS x FROM p; CREATE TABLE t (a int DEFAULT g(1), b int, c int GENERATED ALWAYS AS (g(b)) STORED, CHECK (g(b) > 0)); CREATE INDEX i ON t (g(a)); CREATE POLICY y ON t USING (g(a) > 0)",
        "CREATE FUNCTION g(b int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2'; CREATE VIEW v AS SELECT g(a) AS x FROM p; CREATE TABLE t (a int DEFAULT g(1), b int, c int GENERATED ALWAYS AS (g(b)) STORED, CHECK (g(b) > 0)); CREATE INDEX i ON t (g(a)); CREATE POLICY y ON t USING (g(a) > 0)",
    ),
    (
        "CREATE FUNCTION g(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION g(a int DEFAULT 5) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ),
    (
        "CREATE FUNCTION g(a int, OUT b int, OUT c int) LANGUAGE sql AS 'SELECT 1, 2'",
        "CREATE FUNCTION g(a int, OUT b int, OUT d text) LANGUAGE sql AS 'SELECT 1, ''x'''",
    ),
    (
        "CREATE FUNCTION g() RETURNS TABLE (x int) LANGUAGE sql AS 'SELECT 1'; COMMENT ON FUNCTION g IS 'x'; REVOKE ALL ON FUNCTION g FROM public",
        "CREATE FUNCTION g() RETURNS TABLE (x int, y int) LANGUAGE sql AS 'SELECT 1, 2'; COMMENT ON FUNCTION g IS 'x'; REVOKE ALL ON FUNCTION g FROM public",
    ),
    (
        "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE PROCEDURE g() LANGUAGE sql AS 'SELECT 1'",
    ),
    (
        "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION g() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'",
    ),
    (
        "CREATE AGGREGATE g (int) (SFUNC = int4pl, STYPE = int)",
        "CREATE AGGREGATE g (int) (SFUNC = int4pl, STYPE = int, INITCOND = '0', COMBINEFUNC = int4pl, PARALLEL = SAFE, MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = int, MINITCOND = '0'); COMMENT ON AGGREGATE g (int) IS 'x'; CREATE VIEW v AS SELECT g(a) AS x FROM p",
    ),
    (
        "",
        "CREATE AGGREGATE g (*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0'); CREATE AGGREGATE top (int) (SFUNC = int4larger, STYPE = int, SORTOP = >)",
    ),
    (
        "CREATE AGGREGATE g (int) (SFUNC = int4pl, STYPE = int)",
        "CREATE AGGREGATE g (int) (SFUNC = int4larger, STYPE = int, PARALLEL = RESTRICTED)",
    ),
    (
        "CREATE TABLE t (a int); CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT t.a FROM t; END",
        "CREATE TABLE t (a bigint); CREATE FUNCTION g() RETURNS bigint BEGIN ATOMIC SELECT t.a FROM t; END",
    ),
    (
        "",
        "CREATE TABLE t (a int); CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT t.a FROM t; SELECT 1; END; CREATE PROCEDURE q(INOUT x int) LANGUAGE plpgsql AS 'BEGIN x := 1; END'; COMMENT ON PROCEDURE q IS 'x'",
    ),
    // Triggers, rules, policies
    (
        "CREATE TRIGGER g BEFORE INSERT ON p FOR EACH ROW EXECUTE FUNCTION tf(); ALTER TABLE p DISABLE TRIGGER g",
        "CREATE TRIGGER g AFTER INSERT ON p FOR EACH STATEMENT EXECUTE FUNCTION tf(); COMMENT ON TRIGGER g ON p IS 'x'; ALTER TABLE p ENABLE ALWAYS TRIGGER g",
    ),
    (
        "CREATE RULE r AS ON DELETE TO p DO INSTEAD NOTHING",
        "CREATE RULE r AS ON DELETE TO p DO ALSO NOTHING; COMMENT ON RULE r ON p IS 'x'; ALTER TABLE p ENABLE REPLICA RULE r",
    ),
    (
        "CREATE RULE r AS ON DELETE TO p DO INSTEAD NOTHING",
        "CREATE RULE r AS ON DELETE TO p DO INSTEAD NOTHING; ALTER TABLE p DISABLE RULE r; COMMENT ON RULE r ON p IS 'x'",
    ),
    (
        "CREATE STATISTICS s ON a, b FROM p",
        "CREATE STATISTICS s ON a, b FROM p; ALTER STATISTICS s SET STATISTICS 7; COMMENT ON STATISTICS s IS 'x'",
    ),
    (
        "CREATE POLICY y ON p USING (a > 0) WITH CHECK (a > 0)",
        "CREATE POLICY y ON p TO reader USING (a > 1) WITH CHECK (a > 2); COMMENT ON POLICY y ON p IS 'x'",
    ),
    (
        "CREATE POLICY y ON p FOR INSERT WITH CHECK (a > 0); ALTER TABLE p ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY y ON p USING (true); ALTER TABLE p ENABLE ROW LEVEL SECURITY; ALTER TABLE p FORCE ROW LEVEL SECURITY",
    ),
    // Partitions and heirs
    (
        "",
        "CREATE TABLE t (a int, b int, PRIMARY KEY (a, b)) PARTITION BY RANGE (a); CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10) PARTITION BY LIST (b); CREATE TABLE t11 PARTITION OF t1 DEFAULT; CREATE INDEX i ON t (b); CREATE TABLE t2 PARTITION OF t (b DEFAULT 7) DEFAULT",
    ),
    (
        "CREATE TABLE t (a int, b int) PARTITION BY LIST (a); CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1)",
        "CREATE TABLE t (a int, b int) PARTITION BY LIST (a); CREATE TABLE t1 (a int, b int)",
    ),
    (
        "CREATE TABLE t (a int PRIMARY KEY, b int, CHECK (b > 0)) PARTITION BY LIST (a); CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1)",
        "CREATE TABLE t (a int PRIMARY KEY, b int, CHECK (b > 0)) PARTITION BY LIST (a); CREATE TABLE t1 (a int PRIMARY KEY, b int, CONSTRAINT t_b_check CHECK (b > 0))",
    ),
    (
        "CREATE TABLE t (a int, b int) PARTITION BY LIST (a); CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1)",
        "CREATE TABLE t (a int, b bigint, c int) PARTITION BY LIST (a); CREATE TABLE t1 PARTITION OF t (b DEFAULT 5) FOR VALUES IN (1, 2); CREATE INDEX i ON t (b)",
    ),
    (
        "CREATE TABLE t (a int)",
        "CREATE TABLE t (a int) PARTITION BY HASH (a)",
    ),
    (
        "CREATE TABLE t (x int) INHERITS (p)",
        "CREATE TABLE t (x int, y int) INHERITS (p); ALTER TABLE t ALTER a SET DEFAULT 9; COMMENT ON COLUMN t.a IS 'x'",
    ),
    (
        "CREATE TABLE t (id int NOT NULL, a int, b text)",
        "CREATE TABLE t (id int NOT NULL, a int, b text); ALTER TABLE t INHERIT p",
    ),
    (
        "CREATE TYPE c AS (a int, b text)",
        "CREATE TYPE c AS (a int, b text); CREATE TABLE t OF c (a NOT NULL DEFAULT 5, PRIMARY KEY (a))",
    ),
    (
        "CREATE TYPE c AS (a int, b text); CREATE TABLE t (a int, b text)",
        "CREATE TYPE c AS (a int, b text); CREATE TABLE t OF c",
    ),
    // What a table is like
    (
        "CREATE TABLE t (a int, b text)",
        "CREATE UNLOGGED TABLE t (a int, b text) WITH (fillfactor = 50); ALTER TABLE t ALTER b SET STORAGE MAIN, ALTER b SET STATISTICS 5, ALTER a SET (n_distinct = 3), ALTER b SET COMPRESSION pglz; COMMENT ON COLUMN t.b IS 'it''s \\ x'",
    ),
    (
        "CREATE TABLE t (a int) WITH (fillfactor = 50, autovacuum_enabled = off)",
        "CREATE TABLE t (a int) WITH (fillfactor = 60)",
    ),
    // Rights
    (
        "CREATE TABLE t (a int, b int)",
        "CREATE TABLE t (a int, b int); GRANT ALL ON t TO reader; GRANT UPDATE (b) ON t TO public; REVOKE ALL ON t FROM CURRENT_USER; CREATE SEQUENCE s; GRANT USAGE ON SEQUENCE s TO reader WITH GRANT OPTION; CREATE VIEW v AS SELECT a FROM t; GRANT SELECT ON v TO reader; GRANT SELECT (a) ON v TO public",
    ),
    (
        "CREATE DOMAIN d AS int; CREATE AGGREGATE g (int) (SFUNC = int4pl, STYPE = int); CREATE PROCEDURE q() LANGUAGE sql AS ''",
        "CREATE DOMAIN d AS int; REVOKE ALL ON DOMAIN d FROM public; CREATE AGGREGATE g (int) (SFUNC = int4pl, STYPE = int); GRANT EXECUTE ON FUNCTION g(int) TO reader; CREATE PROCEDURE q() LANGUAGE sql AS ''; REVOKE ALL ON PROCEDURE q FROM public; GRANT EXECUTE ON PROCEDURE q TO reader",
    ),
    (
        "CREATE VIEW v AS SELECT a FROM p; GRANT SELECT ON v TO reader; REVOKE INSERT ON v FROM CURRENT_USER; COMMENT ON VIEW v IS 'x'; CREATE TRIGGER g INSTEAD OF UPDATE ON v FOR EACH ROW EXECUTE FUNCTION tf()",
        "CREATE VIEW v AS SELECT b FROM p; GRANT SELECT ON v TO reader; REVOKE INSERT ON v FROM CURRENT_USER; COMMENT ON VIEW v IS 'x'; CREATE TRIGGER g INSTEAD OF UPDATE ON v FOR EACH ROW EXECUTE FUNCTION tf()",
    ),
    // Names that need quotes
    (
        "",
        "CREATE TABLE \"a.b\" (\"select\" serial PRIMARY KEY, \"x\"\"y\" int UNIQUE, \"größe\" text DEFAULT 'ä', CHECK (\"select\" > 0)); CREATE INDEX \"I x\" ON \"a.b\" (\"größe\"); CREATE VIEW \"V\" AS SELECT \"select\" FROM \"a.b\"; COMMENT ON COLUMN \"a.b\".\"select\" IS 'x'; CREATE FUNCTION \"F x\"(\"order\" int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TRIGGER \"T\" BEFORE INSERT ON \"a.b\" FOR EACH ROW EXECUTE FUNCTION tf(); CREATE POLICY \"P y\" ON \"a.b\"; GRANT SELECT ON \"a.b\" TO reader; CREATE TYPE \"E e\" AS ENUM ('it''s', 'x\\y')",
    ),
];

/// All pairs, with what they stand on.
pub(super) fn all() -> impl Iterator<Item = (String, String)> {
    let ours = PAIRS
        .iter()
        .map(|(a, b)| (format!("{BASE} {a}"), format!("{BASE} {b}")));
    let read = changes::CHANGES.iter().map(|(a, b, _)| {
        (
            format!("{} {a}", changes::BASE),
            format!("{} {b}", changes::BASE),
        )
    });
    read.chain(ours)
}

#[test]
fn pairs_there_and_back() {
    roles();
    let pairs = PAIRS
        .iter()
        .map(|(a, b)| (format!("{BASE} {a}"), format!("{BASE} {b}")));
    all_both_ways(&mut Bench::new(), pairs);
}

#[test]
fn every_single_change_there_and_back() {
    roles();
    all_both_ways(&mut Bench::new(), all().take(changes::CHANGES.len()));
}

/// The same with names that say no schema.
#[test]
fn pairs_in_public() {
    roles();
    let pairs = PAIRS
        .iter()
        .filter(|(a, b)| !a.contains("other") && !b.contains("other"))
        // Names are all that is not the same.
        .step_by(3)
        .map(|(a, b)| {
            let public = |script: &str| {
                format!("{BASE} {script}")
                    .replace("app.", "public.")
                    .replace("SCHEMA app ", "SCHEMA public ")
            };
            (public(a), public(b))
        });
    all_both_ways(&mut Bench::in_schema("public"), pairs);
}
