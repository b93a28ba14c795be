-- verdict: fails left-first
-- static: order

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);

-- rows
INSERT INTO users VALUES (1, 'a');

-- left
ALTER TABLE users DROP COLUMN name;

-- right
UPDATE users SET name = 'b';
