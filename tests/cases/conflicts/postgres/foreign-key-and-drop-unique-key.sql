-- verdict: fails both
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY, email text CONSTRAINT one_mail UNIQUE);
CREATE TABLE posts (id int PRIMARY KEY, author text);

-- left
ALTER TABLE posts ADD CONSTRAINT posts_author FOREIGN KEY (author) REFERENCES users (email);

-- right
ALTER TABLE users DROP CONSTRAINT one_mail;
