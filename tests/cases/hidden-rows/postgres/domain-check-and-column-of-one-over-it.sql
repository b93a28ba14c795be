-- verdict: fails both

-- before
CREATE DOMAIN called AS text; CREATE DOMAIN known AS called; CREATE TABLE users (id int, name text);

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
ALTER DOMAIN called ADD CHECK (length(VALUE) < 10);

-- right
ALTER TABLE users ALTER name TYPE known;
