-- verdict: order matters

-- before
CREATE TABLE users (id int PRIMARY KEY, status text);
CREATE TABLE profiles (id int, user_id int REFERENCES users ON DELETE CASCADE, name text);
CREATE TABLE log (name text);
CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM users WHERE status = 'gone'; RETURN NULL; END $$;
CREATE TRIGGER gone AFTER UPDATE ON users FOR EACH STATEMENT EXECUTE FUNCTION gone();

-- rows
INSERT INTO users VALUES (1, 'thirteen char');
INSERT INTO profiles VALUES (1, 1, 'a');

-- left
UPDATE users SET status = 'gone' WHERE length(status) = 13;

-- right
INSERT INTO log SELECT name FROM profiles WHERE length(name) = 1;
