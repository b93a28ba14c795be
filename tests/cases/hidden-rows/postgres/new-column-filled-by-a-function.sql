-- verdict: order matters

-- before
CREATE TABLE settings (k text, name text); CREATE TABLE log (id int);
CREATE FUNCTION counted() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM settings WHERE length(name) = 13); END $$;

-- rows
INSERT INTO settings VALUES ('a', 'thirteen char'); INSERT INTO log VALUES (1);

-- left
DELETE FROM settings WHERE length(name) = 13;

-- right
ALTER TABLE log ADD n bigint DEFAULT counted();
