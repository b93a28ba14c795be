-- verdict: order matters

-- before
CREATE TABLE teams (id int PRIMARY KEY, note text); CREATE TABLE users (id int, team int REFERENCES teams ON DELETE CASCADE, name text);
CREATE TABLE gone (name text); CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO gone VALUES (OLD.name); RETURN OLD; END $$;
CREATE TRIGGER keep BEFORE DELETE ON users FOR EACH ROW EXECUTE FUNCTION keep();

-- rows
INSERT INTO teams VALUES (1, ''), (2, 'thirteen char'); INSERT INTO users (id, team, name) VALUES (1, 1, 'a'), (2, 2, 'b');

-- left
DELETE FROM teams WHERE note = 'thirteen char';

-- right
UPDATE users SET name = 'x' WHERE id = 2;
