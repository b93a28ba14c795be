-- verdict: fails right-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER note AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION noted();

-- left
ALTER TABLE users DISABLE TRIGGER note;

-- right
DROP TRIGGER note ON users;
