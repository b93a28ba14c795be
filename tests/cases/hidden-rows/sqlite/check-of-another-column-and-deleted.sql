-- verdict: fails left-first

-- before
CREATE TABLE users (id integer PRIMARY KEY, age int);

-- rows
INSERT INTO users VALUES (1, 4711);

-- left
ALTER TABLE users ADD COLUMN c int DEFAULT 1 CHECK (c + age <> 4712);

-- right
DELETE FROM users WHERE age = 4711;
