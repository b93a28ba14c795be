-- verdict: order matters

-- before
CREATE TABLE users (id int, name text COLLATE "C"); CREATE TABLE kept (n int);

-- rows
INSERT INTO users VALUES (1, 'a'), (2, 'B'), (3, 'thirteen char');

-- left
ALTER TABLE users ALTER name TYPE text COLLATE "und-x-icu";

-- right
INSERT INTO kept SELECT count(*) FROM users WHERE name < 'B' AND (SELECT count(*) FROM users WHERE length(name) = 13) > 0 HAVING count(*) > 0;
