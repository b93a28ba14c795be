-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE posts (id int PRIMARY KEY, author int REFERENCES users);

-- left
DROP TABLE users CASCADE;

-- right
DROP TABLE posts;
