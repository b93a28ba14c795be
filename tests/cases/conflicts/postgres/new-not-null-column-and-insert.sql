-- verdict: fails both
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
ALTER TABLE users ADD COLUMN name text NOT NULL;

-- right
INSERT INTO users VALUES (1);
