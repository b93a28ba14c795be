-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE TABLE posts (id int PRIMARY KEY, author int, name text);

-- left
ALTER TABLE posts ALTER COLUMN name TYPE varchar(200);

-- right
CREATE VIEW authors AS
    SELECT p.id, (SELECT name FROM users WHERE users.id = p.author) AS author_name FROM posts p;
