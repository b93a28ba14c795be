-- verdict: order matters

-- before
CREATE TABLE users (id int, name text); CREATE TABLE settings (name text); CREATE TABLE log (n int);

-- rows
INSERT INTO settings VALUES ('thirteen char');

-- left
DO $$ BEGIN IF EXISTS (SELECT 1 FROM settings WHERE length(name) = 13) THEN EXECUTE 'INSERT INTO log SELECT id FROM ' || 'users'; END IF; END $$;

-- right
INSERT INTO users VALUES (5, 'x');
