-- verdict: fails both
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY, age int);

-- left
ALTER TABLE users ALTER COLUMN age TYPE smallint;

-- right
INSERT INTO users VALUES (1, 100000);
