-- verdict: fails both
-- static: cannot both

-- before
CREATE TABLE users (id int PRIMARY KEY, a int, b int);

-- left
CREATE STATISTICS related ON a, b FROM users;

-- right
CREATE STATISTICS related (ndistinct) ON a, b FROM users;
