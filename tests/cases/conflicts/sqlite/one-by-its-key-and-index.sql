-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id INT, price INT); CREATE TABLE prices (of INTEGER PRIMARY KEY, price INT);

-- rows
INSERT INTO users VALUES (1, 0); INSERT INTO prices VALUES (1, 5), (2, 7);

-- left
CREATE INDEX newest ON prices (price DESC);

-- right
UPDATE users SET price = (SELECT price FROM prices WHERE of = users.id);
