-- verdict: fails left-first

-- before
CREATE TABLE settings (k text, name text);
CREATE FUNCTION free() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN NOT EXISTS (SELECT 1 FROM settings WHERE length(name) = 13); END $$;
CREATE TABLE log (id int CHECK (free()));

-- rows
DELETE FROM settings;

-- left
INSERT INTO settings SELECT 'a', 'thirteen char' WHERE 'a' < 'b';

-- right
INSERT INTO log VALUES (1);
