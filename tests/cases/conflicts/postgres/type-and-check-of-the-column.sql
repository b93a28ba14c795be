-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, age int);

-- left
ALTER TABLE users ALTER COLUMN age TYPE bigint;

-- right
ALTER TABLE users ADD CONSTRAINT adult CHECK (age >= 18);
