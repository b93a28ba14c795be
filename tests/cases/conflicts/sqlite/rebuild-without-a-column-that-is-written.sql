-- verdict: fails left-first
-- static: order
-- foreign keys: off

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, age INTEGER);

-- left
CREATE TABLE users_new (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO users_new SELECT id, name FROM users;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;

-- right
UPDATE users SET age = age + 1;
