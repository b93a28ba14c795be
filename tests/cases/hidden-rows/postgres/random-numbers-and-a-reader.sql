-- verdict: order matters

-- before
CREATE TABLE users (id int, n double precision, name text, big boolean);

-- rows
INSERT INTO users VALUES (1, 5, 'thirteen char', false);

-- left
UPDATE users SET n = random();

-- right
UPDATE users SET big = n > 1 WHERE length(name) = 13;
