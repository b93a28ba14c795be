-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE MATERIALIZED VIEW everything AS SELECT * FROM users;
CREATE UNIQUE INDEX everything_by_id ON everything (id);
CREATE VIEW above AS SELECT id FROM everything;

-- left
DROP VIEW above;
DROP MATERIALIZED VIEW everything;
CREATE MATERIALIZED VIEW everything AS SELECT * FROM users WHERE id > 0;
CREATE UNIQUE INDEX everything_by_id ON everything (id);
CREATE VIEW above AS SELECT id FROM everything;

-- right
ALTER TABLE users ADD COLUMN name text;
DROP VIEW above;
DROP MATERIALIZED VIEW everything;
CREATE MATERIALIZED VIEW everything AS SELECT * FROM users WHERE id > 0;
CREATE UNIQUE INDEX everything_by_id ON everything (id);
CREATE VIEW above AS SELECT id FROM everything;
