-- verdict: order matters

-- before
CREATE TABLE users (id int, n numeric, name text);

-- rows
INSERT INTO users VALUES (1, 1.5, 'thirteen char');

-- left
ALTER TABLE users ALTER n TYPE int;

-- right
UPDATE users SET n = n * 2 WHERE length(name) = 13;
