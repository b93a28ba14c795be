-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY);

-- left
ALTER TABLE users RENAME TO people;

-- right
CREATE VIEW everybody AS SELECT id FROM users;
