-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
GRANT SELECT ON users TO reader;

-- right
GRANT INSERT ON users TO writer;
