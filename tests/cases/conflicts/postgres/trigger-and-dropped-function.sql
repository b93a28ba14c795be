-- verdict: fails both
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;

-- left
CREATE TRIGGER note AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION noted();

-- right
DROP FUNCTION noted();
