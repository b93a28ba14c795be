-- verdict: fails both
-- static: possible

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);

-- rows
INSERT INTO users VALUES (1, 'a');

-- left
CREATE UNIQUE INDEX one_mail ON users (email);

-- right
INSERT INTO users VALUES (2, 'a');
