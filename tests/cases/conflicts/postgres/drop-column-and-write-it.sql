-- verdict: fails left-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- rows
INSERT INTO users VALUES (1, NULL);

-- left
ALTER TABLE users DROP COLUMN name;

-- right
UPDATE users SET name = 'nobody' WHERE name IS NULL;
