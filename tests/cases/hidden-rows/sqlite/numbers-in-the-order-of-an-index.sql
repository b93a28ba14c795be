-- verdict: order matters

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, status TEXT, long TEXT);
CREATE INDEX by_status ON users (status, name);
CREATE TABLE copies (id INTEGER PRIMARY KEY, name TEXT);

-- rows
INSERT INTO users VALUES (1, 'a', 'one', hex(zeroblob(900))), (2, 'b', 'thirteen char', hex(zeroblob(900)));

-- left
INSERT INTO copies (name) SELECT name FROM users;

-- right
UPDATE users SET status = 'a' WHERE length(status) = 13;
