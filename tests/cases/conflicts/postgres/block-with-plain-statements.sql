-- verdict: fails right-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
CREATE INDEX users_by_name ON users (name);

-- right
DO $$ BEGIN IF 1 < 2 THEN ALTER TABLE users DROP COLUMN name; END IF; END $$;
