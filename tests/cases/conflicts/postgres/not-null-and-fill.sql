-- verdict: independent
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- rows
INSERT INTO users VALUES (1, 'a');

-- left
ALTER TABLE users ALTER COLUMN name SET NOT NULL;

-- right
UPDATE users SET name = '' WHERE name IS NULL;
