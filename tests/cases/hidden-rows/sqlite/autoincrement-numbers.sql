-- verdict: order matters

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT); CREATE TABLE kept (n INT);

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
UPDATE sqlite_sequence SET seq = 100 WHERE name = 'users' AND seq < 50;

-- right
INSERT INTO users (name) SELECT name FROM users WHERE length(name) = 13;
