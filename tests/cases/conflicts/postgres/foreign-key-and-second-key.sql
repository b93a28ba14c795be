-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int NOT NULL UNIQUE);
CREATE TABLE posts (id int PRIMARY KEY, author int);

-- left
ALTER TABLE posts ADD CONSTRAINT posts_author FOREIGN KEY (author) REFERENCES users (id);

-- right
ALTER TABLE users ADD PRIMARY KEY (id);
