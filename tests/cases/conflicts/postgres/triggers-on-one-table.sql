-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;

-- left
CREATE TRIGGER note_a AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION noted();

-- right
CREATE TRIGGER note_b AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION noted();
