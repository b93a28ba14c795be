-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE copies (id int);

-- left
CREATE TABLE IF NOT EXISTS users (id int PRIMARY KEY);

-- right
INSERT INTO copies SELECT id FROM users;
