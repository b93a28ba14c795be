-- verdict: fails right-first

-- before
CREATE DOMAIN called AS text CHECK (VALUE <> 'x'); CREATE TABLE teams (id int PRIMARY KEY, note text); CREATE TABLE users (id int, team int REFERENCES teams ON DELETE CASCADE, name called);

-- rows
INSERT INTO teams VALUES (1, ''), (2, 'thirteen char'); INSERT INTO users (id, team, name) VALUES (1, 1, 'a'), (2, 2, 'b');

-- left
DELETE FROM teams WHERE note = 'thirteen char';

-- right
UPDATE users SET name = 'x' WHERE id = 2;
