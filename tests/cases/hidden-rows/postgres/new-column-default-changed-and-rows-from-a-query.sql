-- verdict: order matters

-- before
CREATE TABLE users (id int, name text); CREATE TABLE kept (id int);

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
ALTER TABLE kept ADD n int DEFAULT 1; ALTER TABLE kept ALTER n SET DEFAULT 2;

-- right
INSERT INTO kept (id) SELECT id FROM users WHERE length(name) = 13;
