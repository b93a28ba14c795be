-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
ALTER TABLE users ADD COLUMN name text NOT NULL DEFAULT '';

-- right
INSERT INTO users VALUES (1);
