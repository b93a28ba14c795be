-- verdict: fails left-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
ALTER TABLE users RENAME TO people;

-- right
INSERT INTO users VALUES (1);
