-- verdict: order matters

-- before
CREATE TABLE r (id int PRIMARY KEY, a int, b int, n int, m int);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n := NEW.a; NEW.m := OLD.n; RETURN NEW; END $$;
CREATE TRIGGER noted BEFORE UPDATE ON r FOR EACH ROW EXECUTE FUNCTION noted();

-- rows
INSERT INTO r VALUES (1313, 1, 2, 3, 4);

-- left
UPDATE r SET a = 2000 WHERE id = 1313;

-- right
UPDATE r SET b = 3000 WHERE id = 1313;
