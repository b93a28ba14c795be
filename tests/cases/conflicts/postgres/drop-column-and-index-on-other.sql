-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, name text, email text);

-- left
ALTER TABLE users DROP COLUMN name;

-- right
CREATE INDEX users_by_email ON users (email);
