-- verdict: order matters

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, n INT); CREATE INDEX by_n ON users (n, name); CREATE TABLE kept (id INTEGER PRIMARY KEY, name TEXT);

-- rows
INSERT INTO users VALUES (1, 'thirteen char', 5), (2, 'b', 2), (3, 'c', 3);

-- left
UPDATE users SET n = 1 WHERE length(name) = 13;

-- right
INSERT INTO kept (name) SELECT name FROM users INDEXED BY by_n;
