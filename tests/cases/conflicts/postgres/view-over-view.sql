-- verdict: fails right-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE VIEW names AS SELECT name FROM users;

-- left
DROP VIEW names;
CREATE VIEW names AS SELECT name FROM users WHERE id > 0;

-- right
CREATE VIEW short_names AS SELECT name FROM names WHERE length(name) < 9;
