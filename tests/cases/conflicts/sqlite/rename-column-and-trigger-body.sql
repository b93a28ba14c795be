-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE log (name TEXT);

-- left
ALTER TABLE users RENAME COLUMN name TO full_name;

-- right
CREATE TRIGGER note AFTER INSERT ON users BEGIN INSERT INTO log VALUES (new.name); END;
