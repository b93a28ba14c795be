-- verdict: independent
-- static: order
-- why: SQLite looks at what a view reads when it is used

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY);

-- left
DROP TABLE users;

-- right
CREATE VIEW everybody AS SELECT id FROM users;
