-- verdict: order matters

-- before
CREATE TABLE a (id int, name text); CREATE TABLE users (id int, name text);

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
DROP TABLE a; CREATE TABLE a (id int, name text);

-- right
INSERT INTO a SELECT id, name FROM users WHERE length(name) = 13;
