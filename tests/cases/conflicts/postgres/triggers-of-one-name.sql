-- verdict: fails both
-- static: cannot both

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;

-- left
CREATE TRIGGER note AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION noted();

-- right
CREATE TRIGGER note AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION noted();
