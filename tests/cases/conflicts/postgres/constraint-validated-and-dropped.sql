-- verdict: fails right-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY, age int);
ALTER TABLE users ADD CONSTRAINT adult CHECK (age >= 18) NOT VALID;

-- left
ALTER TABLE users VALIDATE CONSTRAINT adult;

-- right
ALTER TABLE users DROP CONSTRAINT adult;
