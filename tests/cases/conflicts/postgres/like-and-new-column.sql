-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id int);

-- left
CREATE TABLE copies (LIKE users);

-- right
ALTER TABLE users ADD COLUMN name text;
