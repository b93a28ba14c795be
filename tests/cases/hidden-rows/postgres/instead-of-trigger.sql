-- verdict: order matters

-- before
CREATE TABLE users (id int, name text); CREATE TABLE log (n int); CREATE VIEW shown AS SELECT * FROM users;
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF length(OLD.name) = 13 THEN INSERT INTO log VALUES (1); END IF; RETURN NEW; END $$;
CREATE TRIGGER t INSTEAD OF UPDATE ON shown FOR EACH ROW EXECUTE FUNCTION f();

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
UPDATE log SET n = 9;

-- right
UPDATE shown SET id = 2;
