-- verdict: fails left-first
-- static: order

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY);

-- left
ALTER TABLE users RENAME TO people;

-- right
ALTER TABLE users ADD COLUMN name TEXT;
