-- verdict: order matters
-- static: possible

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE log (id INT);

-- rows
INSERT INTO users VALUES (1, 'a');

-- left
CREATE TRIGGER note AFTER UPDATE ON users BEGIN INSERT INTO log VALUES (new.id); END;

-- right
UPDATE users SET name = 'x';
