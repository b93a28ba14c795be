-- verdict: order matters

-- before
CREATE TABLE users (id int, name text); CREATE TABLE settings (name text); CREATE TABLE log (n int);
CREATE PROCEDURE migrate() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log SELECT u.id FROM users u, settings s WHERE length(s.name) = 13; END $$;

-- rows
INSERT INTO settings VALUES ('thirteen char');

-- left
CALL migrate();

-- right
INSERT INTO users VALUES (5, 'x');
