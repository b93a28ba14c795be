-- verdict: order matters

-- before
CREATE TABLE settings (k text, name text);
CREATE FUNCTION counted() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM settings WHERE length(name) = 13); END $$;
CREATE TABLE log (id int, n bigint DEFAULT counted());

-- rows
INSERT INTO settings VALUES ('a', 'thirteen char');

-- left
DELETE FROM settings WHERE length(name) = 13;

-- right
INSERT INTO log (id) VALUES (1);
