-- verdict: order matters

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE profiles (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id) ON DELETE CASCADE, x TEXT);
CREATE TABLE log (a TEXT);
CREATE TABLE gone (id INTEGER);
CREATE TRIGGER g AFTER INSERT ON gone BEGIN DELETE FROM users WHERE id = new.id; END;

-- rows
INSERT INTO users VALUES (1, 'thirteen char');
INSERT INTO profiles VALUES (1, 1, 'q');

-- left
INSERT INTO gone SELECT 1 WHERE EXISTS (SELECT 1 FROM log WHERE a = 'never') OR 13 = length('thirteen char');

-- right
INSERT INTO log SELECT x FROM profiles WHERE length(x) = 1;
