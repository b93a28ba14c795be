-- verdict: fails both

-- before
CREATE TABLE users (id int, team int, plan text, note text);

-- rows
INSERT INTO users VALUES (1, 2, 'pro', ''), (2, 2, 'free', 'thirteen char');

-- left
CREATE UNIQUE INDEX one_pro ON users (team) WHERE plan = 'pro';

-- right
UPDATE users SET plan = 'pro' WHERE note = 'thirteen char';
