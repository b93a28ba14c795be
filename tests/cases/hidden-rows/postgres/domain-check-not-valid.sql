-- verdict: fails left-first

-- before
CREATE DOMAIN positive AS int; CREATE TABLE users (id int, n positive, name text); CREATE TABLE old (n int, name text);

-- rows
INSERT INTO old VALUES (-1, 'thirteen char');

-- left
ALTER DOMAIN positive ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID;

-- right
INSERT INTO users SELECT 1, n, 'x' FROM old WHERE length(name) = 13;
