-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE VIEW everything AS SELECT * FROM users;

-- left
COMMENT ON VIEW everything IS 'all of them';

-- right
ALTER TABLE users ADD COLUMN name text;
