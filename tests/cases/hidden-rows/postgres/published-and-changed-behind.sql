-- verdict: fails left-first

-- before
CREATE TABLE notes (id int, v int); CREATE FUNCTION clean() RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE notes SET v = 1 WHERE id = 1313; END $$;

-- rows
INSERT INTO notes VALUES (1313, 2);

-- left
CREATE PUBLICATION every FOR TABLE notes;

-- right
DO $$ BEGIN IF EXISTS (SELECT 1 FROM notes WHERE id = 1313) THEN PERFORM clean(); END IF; END $$;
