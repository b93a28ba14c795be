-- verdict: fails right-first
-- static: order
-- foreign keys: off

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, email TEXT);

-- left
CREATE TABLE users_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT);
INSERT INTO users_new SELECT id, name, email FROM users;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;

-- right
ALTER TABLE users DROP COLUMN email;
