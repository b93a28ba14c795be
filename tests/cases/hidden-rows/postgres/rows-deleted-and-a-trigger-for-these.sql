-- verdict: order matters

-- before
CREATE TABLE users (id int PRIMARY KEY, plan text, name text, note text);
CREATE TABLE gone (name text); CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO gone VALUES (OLD.name); RETURN OLD; END $$;
CREATE TRIGGER keep BEFORE DELETE ON users FOR EACH ROW EXECUTE FUNCTION keep();

-- rows
INSERT INTO users (id, plan, name, note) VALUES (1, 'free', 'a', ''), (2, 'pro', 'b', 'thirteen char'), (3, 'pro', 'c', '');

-- left
DELETE FROM users WHERE note = 'thirteen char';

-- right
UPDATE users SET name = 'x' WHERE plan = 'pro';
