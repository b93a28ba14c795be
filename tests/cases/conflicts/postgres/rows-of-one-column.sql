-- verdict: order matters
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- rows
INSERT INTO users VALUES (1, 'x');

-- left
UPDATE users SET name = 'a';

-- right
UPDATE users SET name = 'b';
