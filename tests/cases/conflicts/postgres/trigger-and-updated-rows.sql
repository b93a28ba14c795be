-- verdict: order matters
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY, name text, note text);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := 'by trigger'; RETURN NEW; END $$;

-- rows
INSERT INTO users VALUES (1, 'a');

-- left
CREATE TRIGGER note_it BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION noted();

-- right
UPDATE users SET name = 'x';
