-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);
GRANT SELECT ON users TO reader;

-- left
GRANT SELECT, UPDATE ON users TO reader;

-- right
REVOKE UPDATE ON users FROM reader;
