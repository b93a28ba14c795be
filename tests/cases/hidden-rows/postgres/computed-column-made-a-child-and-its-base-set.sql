-- verdict: fails both

-- before
CREATE TABLE users (id int PRIMARY KEY, name text, note text, known text GENERATED ALWAYS AS (lower(name)) STORED); CREATE TABLE log (name text); CREATE TABLE names (name text PRIMARY KEY);

-- rows
INSERT INTO users (id, name, note) VALUES (1, 'x', ''), (2, 'X', 'thirteen char'); INSERT INTO names VALUES ('x');

-- left
ALTER TABLE users ADD FOREIGN KEY (known) REFERENCES names;

-- right
UPDATE users SET name = 'new' WHERE length(note) = 13;
