-- verdict: fails both
-- static: cannot both

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY);
CREATE VIEW everybody AS SELECT id FROM users;

-- left
DROP VIEW everybody;

-- right
DROP VIEW everybody;
