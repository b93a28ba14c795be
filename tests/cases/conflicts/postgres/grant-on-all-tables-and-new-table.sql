-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;

-- right
CREATE TABLE posts (id int PRIMARY KEY);
