-- verdict: order matters

-- before
CREATE TABLE settings (k text, name text);
CREATE VIEW known AS SELECT k, name FROM settings;

-- rows
INSERT INTO settings VALUES ('a', 'thirteen char');

-- left
UPDATE known SET k = k || 'v' WHERE length(name) = 13;

-- right
UPDATE settings SET k = 'w' || k || 'w', name = name || 'x' WHERE length(name) = 13;
