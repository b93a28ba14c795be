-- verdict: fails left-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE copies (id int);

-- left
DROP TABLE IF EXISTS users;

-- right
INSERT INTO copies SELECT id FROM users;
