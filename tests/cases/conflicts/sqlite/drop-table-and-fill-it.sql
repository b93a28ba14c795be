-- verdict: fails left-first
-- static: order

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY);

-- left
DROP TABLE users;

-- right
INSERT INTO users VALUES (1);
