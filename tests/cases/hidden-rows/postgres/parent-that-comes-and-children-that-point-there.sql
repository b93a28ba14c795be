-- verdict: fails right-first

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE TABLE profiles (id int PRIMARY KEY, user_id int REFERENCES users, name text);

-- rows
INSERT INTO users VALUES (1, 'a');
INSERT INTO profiles VALUES (1, 1, 'thirteen char');

-- left
INSERT INTO users SELECT id + 5000, name FROM users UNION ALL SELECT 1, 'b' FROM users WHERE name <> 'a';

-- right
UPDATE profiles SET user_id = 5001 WHERE length(name) = 13;
