-- verdict: fails left-first

-- before
CREATE TABLE teams (id int PRIMARY KEY, name text); CREATE TABLE users (id int, team int REFERENCES teams ON UPDATE CASCADE);
INSERT INTO teams VALUES (1, 'a');

-- rows
UPDATE teams SET name = 'thirteen char';

-- left
UPDATE teams SET id = id + 100 WHERE length(name) = 13;

-- right
INSERT INTO users VALUES (1, 1);
