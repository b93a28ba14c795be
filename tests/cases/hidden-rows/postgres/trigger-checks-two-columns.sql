-- verdict: fails left-first

-- before
CREATE TABLE t (id int PRIMARY KEY, a int, b int);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.a > NEW.b THEN RAISE 'no'; END IF; RETURN NEW; END $$;
CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();

-- rows
INSERT INTO t VALUES (1, 1, 1313);

-- left
UPDATE t SET a = 5000 WHERE id = 1;

-- right
UPDATE t SET b = 6000 WHERE id = 1;
