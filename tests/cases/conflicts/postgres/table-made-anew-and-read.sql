-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE TABLE names (name text);

-- rows
INSERT INTO users VALUES (1, 'a');

-- left
DROP TABLE users;
CREATE TABLE users (id int PRIMARY KEY, name text, email text);

-- right
INSERT INTO names SELECT name FROM users;
