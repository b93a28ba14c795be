-- verdict: order matters

-- before
CREATE TABLE settings (k TEXT, name TEXT); CREATE TABLE log (k TEXT);
CREATE VIEW known AS SELECT k FROM settings WHERE length(name) = 13;

-- rows
INSERT INTO settings VALUES ('a', 'thirteen char');

-- left
UPDATE settings SET name = 'x' WHERE length(name) = 13;

-- right
INSERT INTO log SELECT k FROM known;
