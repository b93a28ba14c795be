-- verdict: order matters
-- static: order
-- foreign keys: off

-- before
CREATE TABLE users (name TEXT PRIMARY KEY);

-- left
CREATE TABLE users_new (name TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT INTO users_new SELECT name FROM users;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;

-- right
ALTER TABLE users ADD COLUMN email TEXT;
