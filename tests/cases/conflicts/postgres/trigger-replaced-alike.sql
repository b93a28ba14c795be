-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;

-- left
DROP TRIGGER IF EXISTS note ON users;
CREATE TRIGGER note AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION noted();

-- right
DROP TRIGGER IF EXISTS note ON users;
CREATE TRIGGER note AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION noted();
