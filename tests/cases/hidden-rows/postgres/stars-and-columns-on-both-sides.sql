-- verdict: order matters

-- before
CREATE TABLE users (id int, name text); CREATE TABLE kept (id int, name text);

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
ALTER TABLE users ADD a int DEFAULT 3; ALTER TABLE kept ADD a int DEFAULT 4;

-- right
ALTER TABLE kept ADD b int; ALTER TABLE users ADD b int DEFAULT 5; INSERT INTO kept SELECT * FROM users WHERE length(name) = 13;
