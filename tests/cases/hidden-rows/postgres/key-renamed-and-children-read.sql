-- verdict: order matters

-- before
CREATE TABLE users (id int PRIMARY KEY, status text);
CREATE TABLE profiles (id int, user_id int REFERENCES users ON UPDATE CASCADE, name text);
ALTER TABLE users RENAME id TO nr;
CREATE TABLE log (n int);

-- rows
INSERT INTO users VALUES (1, 'thirteen char');
INSERT INTO profiles VALUES (1, 1, 'a');

-- left
UPDATE users SET nr = nr + 5000 WHERE length(status) = 13;

-- right
INSERT INTO log SELECT user_id FROM profiles WHERE length(name) = 1;
