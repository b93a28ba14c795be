-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE posts (id int PRIMARY KEY, author int, editor int);

-- left
ALTER TABLE posts ADD CONSTRAINT posts_author FOREIGN KEY (author) REFERENCES users;

-- right
ALTER TABLE posts ADD CONSTRAINT posts_editor FOREIGN KEY (editor) REFERENCES users;
