-- verdict: fails both

-- before
CREATE TABLE users (id int PRIMARY KEY, name text, note text, known text GENERATED ALWAYS AS (lower(name)) STORED); CREATE TABLE log (name text);

-- rows
INSERT INTO users (id, name, note) VALUES (1, 'x', ''), (2, 'X', 'thirteen char');

-- left
ALTER TABLE users ALTER known SET NOT NULL;

-- right
UPDATE users SET name = NULL WHERE length(note) = 13;
