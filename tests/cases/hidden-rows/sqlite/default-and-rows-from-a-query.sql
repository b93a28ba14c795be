-- verdict: order matters

-- before
CREATE TABLE users (id INT, name TEXT); CREATE TABLE kept (id INT);

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
ALTER TABLE kept ADD n INT; UPDATE kept SET n = 1;

-- right
INSERT INTO kept (id) SELECT id FROM users WHERE length(name) = 13;
