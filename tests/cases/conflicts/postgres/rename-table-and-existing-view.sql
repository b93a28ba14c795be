-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE VIEW names AS SELECT name FROM users;

-- left
ALTER TABLE users RENAME TO people;

-- right
COMMENT ON VIEW names IS 'for the list';
