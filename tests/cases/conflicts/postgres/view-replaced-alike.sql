-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE VIEW names AS SELECT name FROM users;

-- left
CREATE OR REPLACE VIEW names AS SELECT name FROM users WHERE id > 0;

-- right
CREATE OR REPLACE VIEW names AS
    SELECT name FROM users
    WHERE id > 0;
