-- verdict: fails left-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
ALTER TABLE users RENAME TO people;

-- right
CREATE TABLE posts (id int PRIMARY KEY, author int REFERENCES users);
