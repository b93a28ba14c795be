-- verdict: fails left-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE VIEW names AS SELECT name FROM users;

-- left
DROP VIEW names;
ALTER TABLE users DROP COLUMN name;

-- right
CREATE OR REPLACE VIEW names AS SELECT name FROM users WHERE id > 0;
