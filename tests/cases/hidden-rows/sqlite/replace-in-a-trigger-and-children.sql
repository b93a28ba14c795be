-- verdict: order matters

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT UNIQUE); CREATE TABLE notes (user INT REFERENCES users ON DELETE CASCADE, text TEXT); CREATE TABLE asked (mail TEXT); CREATE TRIGGER asks AFTER INSERT ON asked BEGIN INSERT OR REPLACE INTO users (id, mail) VALUES (900, new.mail); END;

-- rows
INSERT INTO users VALUES (1, 'a'); INSERT INTO notes VALUES (1, 'n');

-- left
INSERT INTO asked VALUES ('a');

-- right
CREATE TABLE counted AS SELECT count(*) AS c FROM notes;
