-- verdict: fails right-first

-- before
CREATE TABLE teams (id int PRIMARY KEY); CREATE TABLE users (id int, team int REFERENCES teams, note text);

-- rows
INSERT INTO teams VALUES (1); INSERT INTO users VALUES (1, 1, 'thirteen char');

-- left
DROP TABLE teams CASCADE;

-- right
UPDATE users SET team = 77 WHERE note = 'thirteen char';
