-- verdict: order matters

-- before
CREATE TABLE teams (id int PRIMARY KEY, name text); CREATE TABLE users (id int, team int, name text, CONSTRAINT k FOREIGN KEY (team) REFERENCES teams ON DELETE CASCADE);

-- rows
INSERT INTO teams VALUES (1, 'thirteen char'); INSERT INTO users VALUES (1, 1, 'x');

-- left
ALTER TABLE users DROP CONSTRAINT k; ALTER TABLE users ADD CONSTRAINT k FOREIGN KEY (team) REFERENCES teams ON DELETE SET NULL;

-- right
DELETE FROM teams WHERE length(name) = 13;
