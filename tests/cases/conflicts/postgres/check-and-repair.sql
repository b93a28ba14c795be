-- verdict: fails left-first
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY, age int);

-- rows
INSERT INTO users VALUES (1, 20);

-- left
ALTER TABLE users ADD CONSTRAINT adult CHECK (age >= 18);

-- right
UPDATE users SET age = age - 5;
UPDATE users SET age = 18 WHERE age < 18;
