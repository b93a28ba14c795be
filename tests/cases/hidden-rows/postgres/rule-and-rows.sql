-- verdict: order matters

-- before
CREATE TABLE users (id int, name text); CREATE TABLE log (n int);
CREATE RULE noted AS ON UPDATE TO users DO ALSO INSERT INTO log SELECT OLD.id WHERE length(OLD.name) = 13;

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
UPDATE log SET n = 9;

-- right
UPDATE users SET id = 2;
