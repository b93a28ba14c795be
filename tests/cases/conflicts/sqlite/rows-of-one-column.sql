-- verdict: order matters
-- static: possible

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);

-- rows
INSERT INTO users VALUES (1, 'x');

-- left
UPDATE users SET name = 'a';

-- right
UPDATE users SET name = 'b';
