-- verdict: order matters
-- static: possible

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY);
CREATE TABLE log (id INT);

-- left
CREATE TRIGGER note AFTER INSERT ON users BEGIN INSERT INTO log VALUES (new.id); END;

-- right
INSERT INTO users VALUES (1);
