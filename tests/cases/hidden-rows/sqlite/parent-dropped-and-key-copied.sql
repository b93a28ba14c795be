-- verdict: order matters

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE profiles (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id) ON DELETE SET NULL, kept INTEGER, name TEXT);

-- rows
INSERT INTO users VALUES (1, 'a');
INSERT INTO profiles VALUES (1, 1, NULL, 'thirteen char');

-- left
DROP TABLE users;

-- right
UPDATE profiles SET kept = user_id WHERE length(name) = 13;
