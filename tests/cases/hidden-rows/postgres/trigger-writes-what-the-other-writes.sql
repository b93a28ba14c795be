-- verdict: order matters

-- before
CREATE TABLE accounts (id int PRIMARY KEY, name text); CREATE TABLE log (n int, name text);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF length(OLD.name) = 13 THEN INSERT INTO log VALUES (1, 'late'); END IF; RETURN NEW; END $$;
CREATE TRIGGER noted AFTER UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION noted();

-- rows
INSERT INTO accounts VALUES (7, 'thirteen char');

-- left
UPDATE log SET n = 2;

-- right
UPDATE accounts SET name = 'y';
