-- verdict: order matters

-- before
CREATE TABLE users (id int, name text); CREATE TABLE kept (id int, name text);

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
ALTER TABLE kept ADD a int DEFAULT 4;

-- right
ALTER TABLE kept ADD b int; INSERT INTO kept SELECT id, name, 7 FROM users WHERE length(name) = 13;
