-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, age int);

-- left
ALTER TABLE users ADD CHECK (age >= 18);

-- right
ALTER TABLE users ADD CHECK (age < 150);
