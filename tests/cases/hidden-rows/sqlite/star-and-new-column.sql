-- verdict: order matters

-- before
CREATE TABLE users (id INT, name TEXT); CREATE TABLE kept (id INT, name TEXT);

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
ALTER TABLE users ADD a INT DEFAULT 3; ALTER TABLE kept ADD a INT DEFAULT 4;

-- right
ALTER TABLE kept ADD b INT; ALTER TABLE users ADD b INT DEFAULT 5; INSERT INTO kept SELECT * FROM users WHERE length(name) = 13;
