-- verdict: order matters

-- before
CREATE TABLE log (id serial, tag text); CREATE FUNCTION seen() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log (tag) VALUES (tg_tag); END $$; CREATE EVENT TRIGGER seen ON ddl_command_end EXECUTE FUNCTION seen();

-- rows
SELECT 1;

-- left
CREATE VIEW one AS SELECT 1 AS n;

-- right
CREATE SEQUENCE numbers;
