-- verdict: fails both
-- static: order

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, gone INT);

-- left
ALTER TABLE users DROP COLUMN gone;

-- right
CREATE INDEX alive ON users (name) WHERE NOT gone;
