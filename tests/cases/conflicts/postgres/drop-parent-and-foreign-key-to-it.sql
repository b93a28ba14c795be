-- verdict: fails both
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE posts (id int PRIMARY KEY, author int);

-- left
DROP TABLE users;

-- right
ALTER TABLE posts ADD FOREIGN KEY (author) REFERENCES users;
