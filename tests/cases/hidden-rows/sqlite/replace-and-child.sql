-- verdict: order matters

-- before
CREATE TABLE teams (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE users (id INT, team INT REFERENCES teams ON DELETE CASCADE, name TEXT);

-- rows
INSERT INTO teams VALUES (5, 'x'); INSERT INTO users VALUES (1, 5, 'thirteen char');

-- left
REPLACE INTO teams VALUES (5, 'y');

-- right
UPDATE users SET team = NULL WHERE length(name) = 13;
