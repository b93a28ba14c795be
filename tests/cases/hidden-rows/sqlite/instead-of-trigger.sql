-- verdict: order matters

-- before
CREATE TABLE users (id INT, name TEXT); CREATE TABLE log (n INT); CREATE VIEW shown AS SELECT * FROM users;
CREATE TRIGGER t INSTEAD OF UPDATE ON shown WHEN length(OLD.name) = 13 BEGIN INSERT INTO log VALUES (1); END;

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
UPDATE log SET n = 9;

-- right
UPDATE shown SET id = 2;
