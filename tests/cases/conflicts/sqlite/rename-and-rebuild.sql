-- verdict: fails left-first
-- static: order
-- foreign keys: off

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);

-- left
ALTER TABLE users RENAME TO people;

-- right
CREATE TABLE users_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO users_new SELECT id, name FROM users;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;
