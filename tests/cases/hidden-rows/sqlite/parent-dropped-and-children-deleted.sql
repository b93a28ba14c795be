-- verdict: fails left-first

-- before
CREATE TABLE teams (id integer PRIMARY KEY); CREATE TABLE users (id integer PRIMARY KEY, team int REFERENCES teams, name text);

-- rows
INSERT INTO teams VALUES (1); INSERT INTO users VALUES (1, 1, 'thirteen char');

-- left
DROP TABLE teams;

-- right
DELETE FROM users WHERE length(name) = 13;
