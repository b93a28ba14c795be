-- verdict: fails right-first

-- before
CREATE TABLE users (id int PRIMARY KEY, plan text, name text, note text);

-- rows
INSERT INTO users (id, plan, name, note) VALUES (1, 'free', 'a', ''), (2, 'pro', 'b', 'thirteen char'), (3, 'pro', 'c', '');

-- left
DELETE FROM users WHERE note = 'thirteen char';

-- right
UPDATE users SET id = 2 WHERE plan = 'free';
