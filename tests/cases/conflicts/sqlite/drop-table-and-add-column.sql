-- verdict: fails left-first
-- static: order

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY);

-- left
DROP TABLE users;

-- right
ALTER TABLE users ADD COLUMN name TEXT;
