-- verdict: order matters

-- before
CREATE TABLE settings (k text, name text);
CREATE MATERIALIZED VIEW kept AS SELECT k FROM settings WHERE length(name) = 13;

-- rows
INSERT INTO settings VALUES ('a', 'thirteen char');

-- left
UPDATE settings SET name = 'x' WHERE length(name) = 13;

-- right
REFRESH MATERIALIZED VIEW kept;
