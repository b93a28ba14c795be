-- verdict: order matters
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
CREATE MATERIALIZED VIEW names AS SELECT name FROM users;

-- right
INSERT INTO users VALUES (1, 'a');
