-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE MATERIALIZED VIEW names AS SELECT name FROM users;

-- left
REFRESH MATERIALIZED VIEW names;

-- right
CREATE INDEX ON names (name);
