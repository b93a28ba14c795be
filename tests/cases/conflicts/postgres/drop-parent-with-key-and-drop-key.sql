-- verdict: fails both
-- static: cannot both

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE posts (id int PRIMARY KEY, author int CONSTRAINT by_author REFERENCES users);

-- left
ALTER TABLE posts DROP CONSTRAINT by_author;
DROP TABLE users;

-- right
ALTER TABLE posts DROP CONSTRAINT by_author;
