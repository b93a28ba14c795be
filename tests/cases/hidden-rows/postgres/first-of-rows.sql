-- verdict: order matters

-- before
CREATE TABLE users (id int, name text, n int); CREATE TABLE kept (id int, name text);

-- rows
INSERT INTO users VALUES (1, 'thirteen char'), (2, 'b'), (3, 'c');

-- left
UPDATE users SET n = 1 WHERE length(name) = 13;

-- right
INSERT INTO kept SELECT id, name FROM users LIMIT 1;
