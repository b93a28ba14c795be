-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);

-- left
ALTER TABLE users RENAME TO users_old;
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO users SELECT id, name FROM users_old;
DROP TABLE users_old;

-- right
ALTER TABLE users ADD COLUMN email TEXT;
