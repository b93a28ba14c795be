-- verdict: order matters

-- before
CREATE TABLE accounts (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE log (n INT);
CREATE TRIGGER noted AFTER UPDATE ON accounts WHEN length(OLD.name) = 13 BEGIN INSERT INTO log VALUES (1); END;

-- rows
INSERT INTO accounts VALUES (7, 'thirteen char');

-- left
UPDATE log SET n = 2;

-- right
UPDATE accounts SET name = 'y';
