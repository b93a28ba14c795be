-- verdict: order matters

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, status TEXT);
CREATE TABLE profiles (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id) ON DELETE CASCADE, x TEXT);
CREATE TABLE log (a TEXT);
CREATE VIEW v AS SELECT * FROM users;
CREATE TRIGGER g INSTEAD OF UPDATE ON v BEGIN DELETE FROM users WHERE id = old.id; END;

-- rows
INSERT INTO users VALUES (1, 'a', 'thirteen char');
INSERT INTO profiles VALUES (1, 1, 'q');

-- left
UPDATE v SET status = 'gone' WHERE length(status) = 13;

-- right
INSERT INTO log SELECT x FROM profiles WHERE length(x) = 1;
