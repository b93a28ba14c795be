-- verdict: order matters

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT UNIQUE ON CONFLICT REPLACE); CREATE TABLE notes (user INT REFERENCES users ON DELETE CASCADE, text TEXT);

-- rows
INSERT INTO users VALUES (1, 'a'); INSERT INTO notes VALUES (1, 'n');

-- left
INSERT INTO users (id, mail) VALUES (900, 'a');

-- right
CREATE TABLE counted AS SELECT count(*) AS c FROM notes;
