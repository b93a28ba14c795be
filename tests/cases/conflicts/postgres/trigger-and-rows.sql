-- verdict: order matters
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE FUNCTION named() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := 'by trigger'; RETURN NEW; END $$;

-- left
CREATE TRIGGER name_it BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION named();

-- right
INSERT INTO users (id) VALUES (1);
