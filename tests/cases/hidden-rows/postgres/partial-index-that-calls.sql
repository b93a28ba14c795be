-- verdict: fails left-first

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- rows
INSERT INTO users VALUES (1, 'x');

-- left
CREATE INDEX ex ON users (id) WHERE name::int > 4;

-- right
UPDATE users SET name = '1';
