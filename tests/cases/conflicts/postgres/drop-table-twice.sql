-- verdict: fails both
-- static: cannot both

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
DROP TABLE users;

-- right
DROP TABLE users;
