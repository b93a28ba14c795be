-- verdict: fails left-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER note AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION noted();

-- left
DROP TABLE users;

-- right
DROP TRIGGER note ON users;
