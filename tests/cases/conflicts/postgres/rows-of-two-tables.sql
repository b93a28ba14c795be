-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE posts (id int PRIMARY KEY);

-- left
INSERT INTO users VALUES (1);

-- right
INSERT INTO posts VALUES (1);
