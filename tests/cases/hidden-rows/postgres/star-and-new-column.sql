-- verdict: order matters

-- before
CREATE TABLE users (id int, name text); CREATE TABLE kept (id int, name text, age int);

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
ALTER TABLE users ADD age int DEFAULT 3;

-- right
INSERT INTO kept SELECT * FROM users WHERE length(name) = 13;
