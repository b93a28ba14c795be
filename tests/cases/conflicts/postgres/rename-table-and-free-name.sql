-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
ALTER TABLE users RENAME TO people;

-- right
CREATE TABLE IF NOT EXISTS users (id int, tenant int);
