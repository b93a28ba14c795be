-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY);
CREATE VIEW everybody AS SELECT id FROM users;

-- left
DROP VIEW everybody;
CREATE VIEW everybody AS SELECT id FROM users WHERE id > 0;

-- right
DROP VIEW everybody;
CREATE VIEW everybody AS SELECT id FROM users WHERE id > 9;
