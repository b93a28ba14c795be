-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY);
CREATE TABLE posts (id INTEGER PRIMARY KEY);

-- left
ALTER TABLE users RENAME TO people;

-- right
ALTER TABLE posts ADD COLUMN author INTEGER REFERENCES users;
