-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE counts (n bigint);

-- rows
INSERT INTO users VALUES (1);

-- left
INSERT INTO counts SELECT count(*) FROM (SELECT * FROM users) AS u;

-- right
ALTER TABLE users ADD COLUMN name text;
