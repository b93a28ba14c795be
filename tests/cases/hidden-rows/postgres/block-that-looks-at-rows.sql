-- verdict: order matters

-- before
CREATE TABLE users (id int, name text); CREATE TABLE log (n int);

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
DO $$ DECLARE n int; BEGIN SELECT count(*) INTO n FROM users WHERE length(name) = 13; IF n > 0 THEN INSERT INTO log VALUES (n); END IF; END $$;

-- right
UPDATE users SET name = 'x' WHERE length(name) = 13;
