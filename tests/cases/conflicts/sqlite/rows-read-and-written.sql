-- verdict: order matters
-- static: possible

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE names (name TEXT);

-- rows
INSERT INTO users VALUES (1, 'a');

-- left
INSERT INTO names SELECT name FROM users;

-- right
UPDATE users SET name = upper(name);
