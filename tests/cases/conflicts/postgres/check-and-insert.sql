-- verdict: fails both
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY, age int);

-- left
ALTER TABLE users ADD CONSTRAINT adult CHECK (age >= 18);

-- right
INSERT INTO users VALUES (1, 12);
