-- verdict: fails right-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
DROP TABLE users;

-- right
DROP TABLE IF EXISTS users;
