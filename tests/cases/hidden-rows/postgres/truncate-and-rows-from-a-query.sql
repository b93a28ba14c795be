-- verdict: order matters

-- before
CREATE TABLE users (id int, name text); CREATE TABLE kept (id int);

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
TRUNCATE kept;

-- right
INSERT INTO kept SELECT id FROM users WHERE length(name) = 13;
