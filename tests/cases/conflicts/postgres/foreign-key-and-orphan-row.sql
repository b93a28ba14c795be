-- verdict: fails both
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE posts (id int PRIMARY KEY, author int);

-- left
ALTER TABLE posts ADD CONSTRAINT posts_author FOREIGN KEY (author) REFERENCES users;

-- right
INSERT INTO posts VALUES (1, 7);
