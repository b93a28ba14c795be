-- verdict: fails right-first

-- before
CREATE SCHEMA old; CREATE TABLE teams (id int PRIMARY KEY, note text); CREATE TABLE old.users (team int REFERENCES teams);

-- rows
INSERT INTO teams VALUES (1, 'thirteen char'); INSERT INTO old.users VALUES (1);

-- left
DROP SCHEMA old CASCADE;

-- right
DELETE FROM teams WHERE note = 'thirteen char';
