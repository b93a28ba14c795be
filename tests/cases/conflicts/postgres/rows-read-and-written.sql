-- verdict: order matters
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE TABLE names (name text);

-- rows
INSERT INTO users VALUES (1, 'a');

-- left
INSERT INTO names SELECT name FROM users;

-- right
UPDATE users SET name = upper(name);
