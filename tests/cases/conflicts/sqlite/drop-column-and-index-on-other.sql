-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, email TEXT);

-- left
ALTER TABLE users DROP COLUMN name;

-- right
CREATE INDEX users_by_email ON users (email);
