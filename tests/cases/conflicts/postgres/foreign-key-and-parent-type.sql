-- verdict: fails both
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE posts (id int PRIMARY KEY, author int);

-- left
ALTER TABLE posts ADD CONSTRAINT posts_author FOREIGN KEY (author) REFERENCES users (id);

-- right
ALTER TABLE users ALTER COLUMN id TYPE text USING id::text;
