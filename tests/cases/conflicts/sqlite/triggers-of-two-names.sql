-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY);
CREATE TABLE log (id INT);

-- left
CREATE TRIGGER note_a AFTER INSERT ON users BEGIN INSERT INTO log VALUES (new.id); END;

-- right
CREATE TRIGGER note_b AFTER DELETE ON users BEGIN INSERT INTO log VALUES (old.id); END;
