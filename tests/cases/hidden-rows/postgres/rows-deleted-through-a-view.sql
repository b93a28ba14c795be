-- verdict: order matters

-- before
CREATE TABLE users (id int PRIMARY KEY, plan text, name text, note text);
CREATE VIEW pros AS SELECT id, name FROM users WHERE name <> 'x';

-- rows
INSERT INTO users (id, plan, name, note) VALUES (1, 'free', 'a', ''), (2, 'pro', 'b', 'thirteen char'), (3, 'pro', 'c', '');

-- left
DELETE FROM pros WHERE id = 2;

-- right
UPDATE users SET name = 'x' WHERE note = 'thirteen char';
