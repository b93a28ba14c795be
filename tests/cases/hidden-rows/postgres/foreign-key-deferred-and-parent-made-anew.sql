-- verdict: fails right-first

-- before
CREATE TABLE teams (id int PRIMARY KEY, note text); CREATE TABLE users (team int CONSTRAINT of REFERENCES teams);

-- rows
INSERT INTO teams VALUES (1, 'thirteen char'); INSERT INTO users VALUES (1);

-- left
ALTER TABLE users ALTER CONSTRAINT of DEFERRABLE INITIALLY DEFERRED;

-- right
DELETE FROM teams WHERE note = 'thirteen char'; INSERT INTO teams VALUES (1, 'anew');
