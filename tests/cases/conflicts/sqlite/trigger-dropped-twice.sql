-- verdict: fails both
-- static: cannot both

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY);
CREATE TABLE log (id INT);
CREATE TRIGGER note AFTER INSERT ON users BEGIN INSERT INTO log VALUES (new.id); END;

-- left
DROP TRIGGER note;

-- right
DROP TRIGGER note;
