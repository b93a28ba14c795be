-- verdict: independent
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY, plan text, name text, note text);

-- rows
INSERT INTO users (id, plan, name, note) VALUES (1, 'free', 'a', ''), (2, 'pro', 'b', 'thirteen char'), (3, 'pro', 'c', '');

-- left
DELETE FROM users WHERE note = 'thirteen char';

-- right
DELETE FROM users WHERE plan = 'pro';
