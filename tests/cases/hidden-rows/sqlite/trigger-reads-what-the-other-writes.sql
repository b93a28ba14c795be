-- verdict: order matters

-- before
CREATE TABLE accounts (id INTEGER PRIMARY KEY, n INT); CREATE TABLE settings (k TEXT, name TEXT);
CREATE TRIGGER noted AFTER UPDATE OF n ON accounts WHEN EXISTS (SELECT 1 FROM settings WHERE length(name) = 13) BEGIN UPDATE accounts SET id = id + 100 WHERE id = NEW.id; END;

-- rows
INSERT INTO accounts VALUES (7, 1); INSERT INTO settings VALUES ('a', 'thirteen char');

-- left
UPDATE settings SET name = 'x' WHERE length(name) = 13;

-- right
UPDATE accounts SET n = n + 1;
