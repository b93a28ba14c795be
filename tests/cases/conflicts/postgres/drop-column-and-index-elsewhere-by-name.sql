-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, name text, email text);
CREATE INDEX lookup ON users (email);

-- left
ALTER TABLE users DROP COLUMN name;

-- right
DROP INDEX lookup;
