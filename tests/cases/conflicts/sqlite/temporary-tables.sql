-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY);

-- left
CREATE TEMP TABLE helper AS SELECT id FROM users;
DROP TABLE helper;

-- right
CREATE TEMP TABLE helper AS SELECT id FROM users;
DROP TABLE helper;
