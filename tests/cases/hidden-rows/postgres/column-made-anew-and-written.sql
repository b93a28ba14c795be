-- verdict: order matters

-- before
CREATE TABLE users (id int, n int, name text);

-- rows
INSERT INTO users VALUES (1, 1, 'thirteen char');

-- left
ALTER TABLE users DROP n; ALTER TABLE users ADD n int;

-- right
UPDATE users SET n = 5 WHERE length(name) = 13;
