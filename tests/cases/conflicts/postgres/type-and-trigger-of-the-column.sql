-- verdict: fails right-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY, age int);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;

-- left
ALTER TABLE users ALTER COLUMN age TYPE bigint;

-- right
CREATE TRIGGER note BEFORE UPDATE OF age ON users FOR EACH ROW EXECUTE FUNCTION noted();
