-- verdict: independent
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
INSERT INTO users VALUES (1);

-- right
INSERT INTO users VALUES (2);
