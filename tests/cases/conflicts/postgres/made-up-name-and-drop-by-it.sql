-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, age int, CHECK (age >= 0));

-- left
ALTER TABLE users DROP CONSTRAINT users_age_check;

-- right
ALTER TABLE users ADD CHECK (age < 150);
