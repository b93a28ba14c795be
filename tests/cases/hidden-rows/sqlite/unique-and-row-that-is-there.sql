-- verdict: fails both

-- before
CREATE TABLE users (id INT, name TEXT);

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
CREATE UNIQUE INDEX names ON users (name);

-- right
INSERT INTO users VALUES (2, 'thirteen char');
