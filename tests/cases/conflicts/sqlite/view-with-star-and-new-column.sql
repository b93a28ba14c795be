-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY);

-- left
CREATE VIEW everything AS SELECT * FROM users;

-- right
ALTER TABLE users ADD COLUMN name TEXT;
