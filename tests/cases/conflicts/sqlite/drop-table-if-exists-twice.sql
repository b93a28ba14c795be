-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY);

-- left
DROP TABLE IF EXISTS users;

-- right
DROP TABLE IF EXISTS users;
