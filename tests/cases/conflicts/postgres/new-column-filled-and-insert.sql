-- verdict: order matters
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
ALTER TABLE users ADD COLUMN name text;
UPDATE users SET name = 'known';

-- right
INSERT INTO users (id) VALUES (1);
