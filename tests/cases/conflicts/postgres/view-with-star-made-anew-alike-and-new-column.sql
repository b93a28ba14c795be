-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE VIEW everything AS SELECT * FROM users;

-- left
DROP VIEW everything;
CREATE VIEW everything AS SELECT users.*, 1 AS one FROM users;

-- right
ALTER TABLE users ADD COLUMN name text;
DROP VIEW everything;
CREATE VIEW everything AS SELECT users.*, 1 AS one FROM users;
