-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
CREATE VIEW everything AS SELECT * FROM users;

-- right
ALTER TABLE users ADD COLUMN name text;
