-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader;

-- right
CREATE TABLE posts (id int PRIMARY KEY);
