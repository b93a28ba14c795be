-- verdict: fails left-first

-- before
CREATE TABLE teams (id int PRIMARY KEY, note text); CREATE TABLE users (team int REFERENCES teams ON DELETE CASCADE);

-- rows
INSERT INTO teams VALUES (1, 'thirteen char'); INSERT INTO users VALUES (1);

-- left
CREATE PUBLICATION every FOR TABLE users;

-- right
DELETE FROM teams WHERE note = 'thirteen char';
