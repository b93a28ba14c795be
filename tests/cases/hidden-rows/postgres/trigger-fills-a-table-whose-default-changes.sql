-- verdict: order matters

-- before
CREATE TABLE users (id int, name text); CREATE TABLE log (id int, n int DEFAULT 1);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF length(OLD.name) = 13 THEN INSERT INTO log (id) VALUES (OLD.id); END IF; RETURN NEW; END $$;
CREATE TRIGGER noted AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION noted();

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
ALTER TABLE log ALTER n SET DEFAULT 2;

-- right
UPDATE users SET name = 'x';
