-- verdict: order matters

-- before
CREATE TABLE teams (id int PRIMARY KEY); CREATE TABLE users (id int, team int REFERENCES teams, name text); CREATE TABLE kept (id int);

-- rows
INSERT INTO teams VALUES (1); INSERT INTO users VALUES (1, 1, 'thirteen char');

-- left
TRUNCATE teams CASCADE;

-- right
INSERT INTO kept SELECT id FROM users WHERE length(name) = 13;
