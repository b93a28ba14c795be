-- verdict: fails left-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE INDEX lookup ON users (name);

-- left
ALTER TABLE users DROP COLUMN name;

-- right
DROP INDEX lookup;
