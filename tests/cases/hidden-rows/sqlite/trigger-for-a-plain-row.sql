-- verdict: order matters

-- before
CREATE TABLE accounts (id INTEGER PRIMARY KEY, n INT); CREATE TABLE settings (k TEXT, name TEXT);
CREATE TRIGGER noted AFTER INSERT ON accounts WHEN EXISTS (SELECT 1 FROM settings WHERE length(name) = 13) BEGIN UPDATE accounts SET n = 0 WHERE id = NEW.id; END;

-- rows
INSERT INTO settings VALUES ('a', 'thirteen char');

-- left
UPDATE settings SET name = 'x' WHERE length(name) = 13;

-- right
INSERT INTO accounts VALUES (8, 8);
