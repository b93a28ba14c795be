-- verdict: fails right-first

-- before
CREATE TABLE stock (id int, amount int NOT NULL, note text); CREATE FUNCTION empty() RETURNS void LANGUAGE sql AS $$ UPDATE stock SET amount = NULL WHERE note = 'thirteen char' $$;

-- rows
INSERT INTO stock VALUES (1, 70, 'thirteen char'), (2, 9, '');

-- left
ALTER TABLE stock ALTER amount DROP NOT NULL;

-- right
SELECT empty();
