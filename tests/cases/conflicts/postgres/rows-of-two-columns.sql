-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, name text, email text);

-- rows
INSERT INTO users VALUES (1, 'x', 'y');

-- left
UPDATE users SET name = 'a';

-- right
UPDATE users SET email = 'b';
