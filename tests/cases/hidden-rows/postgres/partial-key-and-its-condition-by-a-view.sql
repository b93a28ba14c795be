-- verdict: fails both

-- before
CREATE TABLE users (id int PRIMARY KEY, plan text, team int, note text); CREATE VIEW v AS SELECT id, plan AS p, note FROM users;

-- rows
INSERT INTO users VALUES (1,'pro',2,''),(2,'free',2,'thirteen char');

-- left
CREATE UNIQUE INDEX one ON users (team) WHERE plan = 'pro';

-- right
UPDATE v SET p = 'pro' WHERE length(note) = 13;
