-- verdict: fails right-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- rows
INSERT INTO users VALUES (1, 'a');

-- left
ALTER TABLE users ADD COLUMN display text;
UPDATE users SET display = name;

-- right
ALTER TABLE users DROP COLUMN name;
