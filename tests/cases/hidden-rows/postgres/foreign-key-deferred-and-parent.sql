-- verdict: fails both

-- before
CREATE TABLE teams (id int PRIMARY KEY, name text); CREATE TABLE users (id int, team int REFERENCES teams DEFERRABLE INITIALLY DEFERRED);
INSERT INTO teams VALUES (1, 'a');

-- rows
UPDATE teams SET name = 'thirteen char';

-- left
DELETE FROM teams WHERE length(name) = 13;

-- right
INSERT INTO users VALUES (1, 1);
