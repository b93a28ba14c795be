-- verdict: fails both
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
ALTER TABLE users ALTER COLUMN name SET NOT NULL;

-- right
INSERT INTO users (id) VALUES (1);
