-- verdict: order matters

-- before
CREATE TABLE settings (k text, name text);
CREATE VIEW known AS SELECT k, name FROM settings;

-- rows
INSERT INTO settings VALUES ('a', 'thirteen char');

-- left
CREATE OR REPLACE VIEW known AS SELECT k, name FROM settings WHERE k <> 'a';

-- right
UPDATE known SET k = 'w' WHERE length(name) = 13;
