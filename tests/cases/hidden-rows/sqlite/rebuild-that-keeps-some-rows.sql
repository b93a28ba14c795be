-- verdict: order matters

-- before
CREATE TABLE users (id INT, name TEXT, n INT);

-- rows
INSERT INTO users VALUES (1, 'thirteen char', 1);

-- left
CREATE TABLE new (id INT, name TEXT, n INT NOT NULL); INSERT INTO new SELECT id, name, n FROM users WHERE length(name) <> 13; DROP TABLE users; ALTER TABLE new RENAME TO users;

-- right
UPDATE users SET name = 'x' WHERE length(name) = 13;
