-- verdict: order matters
-- static: possible

-- before
CREATE TABLE users (id int);

-- left
CREATE TABLE copies AS SELECT id FROM users;

-- right
INSERT INTO users VALUES (1);
