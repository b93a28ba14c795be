-- verdict: order matters

-- before
CREATE TABLE users (id int, name text);

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
WITH gone AS (DELETE FROM users WHERE length(name) = 13 RETURNING id) SELECT count(*) FROM gone;

-- right
UPDATE users SET name = 'x' WHERE length(name) = 13;
