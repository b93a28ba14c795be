-- verdict: order matters
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
ALTER TABLE users ALTER COLUMN name SET DEFAULT 'a';

-- right
INSERT INTO users (id) VALUES (1);
