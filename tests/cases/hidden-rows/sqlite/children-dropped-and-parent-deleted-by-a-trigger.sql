-- verdict: fails right-first

-- before
CREATE TABLE teams (id INTEGER PRIMARY KEY, note TEXT); CREATE TABLE users (team INT REFERENCES teams); CREATE TABLE asked (n INT); CREATE TRIGGER clean AFTER INSERT ON asked BEGIN DELETE FROM teams WHERE note = 'thirteen char'; END;

-- rows
INSERT INTO teams VALUES (1, 'thirteen char'); INSERT INTO users VALUES (1);

-- left
DROP TABLE users;

-- right
INSERT INTO asked VALUES (1);
