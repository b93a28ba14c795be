-- verdict: order matters

-- before
CREATE SEQUENCE numbers; CREATE TABLE a (n int); CREATE TABLE b (n int); CREATE TABLE users (id int, name text);

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
INSERT INTO a SELECT nextval('numbers') FROM users WHERE length(name) = 13;

-- right
INSERT INTO b SELECT nextval('numbers') FROM users WHERE length(name) = 13;
