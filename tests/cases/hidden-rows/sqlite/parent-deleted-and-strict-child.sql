-- verdict: fails right-first

-- before
CREATE TABLE teams (id int PRIMARY KEY, note text); CREATE TABLE users (id int, team int REFERENCES teams ON DELETE CASCADE, name int) STRICT;

-- rows
INSERT INTO teams VALUES (1, ''), (2, 'thirteen char'); INSERT INTO users (id, team, name) VALUES (1, 1, 7), (2, 2, 8);

-- left
DELETE FROM teams WHERE note = 'thirteen char';

-- right
UPDATE users SET name = 'x' WHERE id = 2;
