-- verdict: order matters

-- before
CREATE TABLE users (id INT, name TEXT); CREATE UNIQUE INDEX names ON users (name);

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
DROP INDEX names;

-- right
INSERT OR IGNORE INTO users VALUES (2, 'thirteen char');
