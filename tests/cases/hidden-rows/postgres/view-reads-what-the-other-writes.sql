-- verdict: order matters

-- before
CREATE TABLE settings (k text, name text); CREATE TABLE log (k text);
CREATE VIEW known AS SELECT k FROM settings WHERE length(name) = 13;

-- rows
INSERT INTO settings VALUES ('a', 'thirteen char');

-- left
UPDATE settings SET name = 'x' WHERE length(name) = 13;

-- right
INSERT INTO log SELECT k FROM known;
