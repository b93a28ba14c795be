-- verdict: order matters

-- before
CREATE TABLE users (id int PRIMARY KEY, status text);
CREATE TABLE profiles (id int PRIMARY KEY, user_id int REFERENCES users (id) ON UPDATE CASCADE, x text);
CREATE TABLE log (a text);
CREATE VIEW v AS SELECT id AS nr, status FROM users;

-- rows
INSERT INTO users VALUES (1, 'thirteen char');
INSERT INTO profiles VALUES (1, 1, 'q');

-- left
UPDATE v SET nr = nr + 5000 WHERE length(status) = 13;

-- right
INSERT INTO log SELECT user_id FROM profiles WHERE length(x) = 1;
