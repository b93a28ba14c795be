-- verdict: fails both
-- static: cannot both

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY);
CREATE TABLE posts (id INTEGER PRIMARY KEY);
CREATE TABLE log (id INT);

-- left
CREATE TRIGGER note AFTER INSERT ON users BEGIN INSERT INTO log VALUES (new.id); END;

-- right
CREATE TRIGGER note AFTER INSERT ON posts BEGIN INSERT INTO log VALUES (new.id); END;
