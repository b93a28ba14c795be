-- verdict: fails left-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
ALTER TABLE users DROP COLUMN name;

-- right
COMMENT ON COLUMN users.name IS 'as it is spoken';
