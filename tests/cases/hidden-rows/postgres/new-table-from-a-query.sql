-- verdict: order matters

-- before
CREATE TABLE users (id int, name text);

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
CREATE TABLE kept AS SELECT id FROM users WHERE length(name) = 13;

-- right
DELETE FROM users WHERE length(name) = 13;
