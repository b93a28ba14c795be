-- verdict: order matters

-- before
CREATE TABLE users (id INT, n TEXT, name TEXT); CREATE TABLE log (shown TEXT);

-- rows
INSERT INTO users VALUES (1, '05', 'thirteen char');

-- left
CREATE TABLE new (id INT, n INTEGER, name TEXT); INSERT INTO new SELECT id, n, name FROM users; DROP TABLE users; ALTER TABLE new RENAME TO users;

-- right
INSERT INTO log SELECT typeof(n) FROM users WHERE length(name) = 13;
