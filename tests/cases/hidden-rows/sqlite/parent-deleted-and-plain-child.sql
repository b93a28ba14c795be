-- verdict: fails both

-- before
CREATE TABLE teams (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE users (id INT, team INT REFERENCES teams);
INSERT INTO teams VALUES (1, 'a');

-- rows
UPDATE teams SET name = 'thirteen char';

-- left
DELETE FROM teams WHERE length(name) = 13;

-- right
INSERT INTO users VALUES (1, 1);
