-- verdict: fails right-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
GRANT SELECT ON users TO reader;

-- right
ALTER TABLE users RENAME TO people;
