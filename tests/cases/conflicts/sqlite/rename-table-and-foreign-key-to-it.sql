-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY);

-- left
ALTER TABLE users RENAME TO people;

-- right
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INT REFERENCES users);
