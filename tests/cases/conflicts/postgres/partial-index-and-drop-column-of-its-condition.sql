-- verdict: fails right-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY, name text, gone boolean);

-- left
CREATE INDEX alive ON users (name) WHERE NOT gone;

-- right
ALTER TABLE users DROP COLUMN gone;
