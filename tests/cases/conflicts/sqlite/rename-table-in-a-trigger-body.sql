-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY);
CREATE TABLE log (id INT);

-- left
ALTER TABLE log RENAME TO journal;

-- right
CREATE TRIGGER note AFTER INSERT ON users BEGIN INSERT INTO log VALUES (new.id); END;
