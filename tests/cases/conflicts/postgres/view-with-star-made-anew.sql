-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE VIEW everything AS SELECT * FROM users;

-- left
DROP VIEW everything;
CREATE VIEW everything AS SELECT * FROM users WHERE id > 0;

-- right
ALTER TABLE users ADD COLUMN name text;
