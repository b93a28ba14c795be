-- verdict: order matters

-- before
CREATE TABLE users (id int, name text); CREATE TABLE log (n int);

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
DO $$ BEGIN IF EXISTS (SELECT 1 FROM users WHERE length(name) = 13) THEN ALTER TABLE log ADD late int; END IF; END $$;

-- right
UPDATE users SET name = 'x' WHERE length(name) = 13;
