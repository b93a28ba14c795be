-- verdict: order matters

-- before
CREATE TABLE accounts (id int PRIMARY KEY, n int); CREATE TABLE settings (k text, name text);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM settings WHERE length(name) = 13) THEN NEW.n = 0; END IF; RETURN NEW; END $$;
CREATE TRIGGER noted BEFORE INSERT ON accounts FOR EACH ROW EXECUTE FUNCTION noted();

-- rows
INSERT INTO settings VALUES ('a', 'thirteen char');

-- left
UPDATE settings SET name = 'x' WHERE length(name) = 13;

-- right
INSERT INTO accounts VALUES (8, 8);
