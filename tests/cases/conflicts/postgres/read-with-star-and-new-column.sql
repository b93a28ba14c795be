-- verdict: fails right-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE copies (id int);

-- left
INSERT INTO copies SELECT * FROM users;

-- right
ALTER TABLE users ADD COLUMN name text;
