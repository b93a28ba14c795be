-- verdict: order matters
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- rows
INSERT INTO users VALUES (1, 'a'), (2, 'b');

-- left
DELETE FROM users WHERE name = 'a';

-- right
UPDATE users SET name = 'a';
