-- verdict: independent
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY, email text);

-- rows
INSERT INTO users VALUES (1, 'a'), (2, 'b');

-- left
CREATE UNIQUE INDEX one_mail ON users (email);

-- right
UPDATE users SET email = lower(email);
