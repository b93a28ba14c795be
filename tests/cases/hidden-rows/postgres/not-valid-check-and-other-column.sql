-- verdict: fails left-first

-- before
CREATE TABLE users (id int, n int, name text);

-- rows
INSERT INTO users VALUES (1, -1, 'thirteen char');

-- left
ALTER TABLE users ADD CONSTRAINT positive CHECK (n > 0) NOT VALID;

-- right
UPDATE users SET name = 'x' WHERE length(name) = 13;
