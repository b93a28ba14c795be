-- verdict: order matters
-- static: order
-- foreign keys: off

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY);

-- left
ALTER TABLE users ADD COLUMN name TEXT;

-- left 2
CREATE TABLE users_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT '');
INSERT INTO users_new SELECT id, coalesce(name, '') FROM users;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;

-- right
ALTER TABLE users ADD COLUMN email TEXT;
