-- verdict: fails left-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE archive (id int);

-- rows
INSERT INTO users VALUES (1);

-- left
DROP TABLE users;

-- right
INSERT INTO archive SELECT id FROM users;
