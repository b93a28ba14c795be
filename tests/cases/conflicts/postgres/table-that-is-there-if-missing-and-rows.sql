-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
CREATE TABLE IF NOT EXISTS users (id int PRIMARY KEY);

-- right
INSERT INTO users VALUES (1);
