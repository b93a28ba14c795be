-- verdict: order matters

-- before
CREATE TABLE users (id int PRIMARY KEY, name text, note text, known text GENERATED ALWAYS AS (lower(name)) STORED); CREATE TABLE log (name text);

-- rows
INSERT INTO users (id, name, note) VALUES (1, 'x', ''), (2, 'X', 'thirteen char');

-- left
INSERT INTO log SELECT known FROM users;

-- right
UPDATE users SET name = 'new' WHERE length(note) = 13;
