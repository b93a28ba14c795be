-- verdict: fails right-first

-- before
CREATE TABLE users (id int PRIMARY KEY, plan text, name text, note text, above int REFERENCES users);

-- rows
INSERT INTO users (id, plan, name, note) VALUES (1, 'free', 'a', ''), (2, 'pro', 'b', 'thirteen char'), (3, 'pro', 'c', ''); UPDATE users SET above = 1 WHERE id = 2;

-- left
DELETE FROM users WHERE note = 'thirteen char';

-- right
DELETE FROM users WHERE plan = 'free';
