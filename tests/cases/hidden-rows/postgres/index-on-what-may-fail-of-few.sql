-- verdict: fails left-first

-- before
CREATE TABLE users (id int PRIMARY KEY, age int);

-- rows
INSERT INTO users VALUES (1, 4711);

-- left
CREATE INDEX ex ON users ((100 / (age - 4711)));

-- right
DELETE FROM users WHERE age = 4711;
