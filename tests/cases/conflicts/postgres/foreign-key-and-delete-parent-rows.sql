-- verdict: fails both
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE posts (id int PRIMARY KEY, author int);

-- rows
INSERT INTO users VALUES (1), (2);
INSERT INTO posts VALUES (1, 2);

-- left
ALTER TABLE posts ADD CONSTRAINT posts_author FOREIGN KEY (author) REFERENCES users;

-- right
DELETE FROM users WHERE id = 2;
