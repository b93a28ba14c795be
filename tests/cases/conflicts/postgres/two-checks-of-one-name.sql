-- verdict: fails both
-- static: cannot both

-- before
CREATE TABLE users (id int PRIMARY KEY, age int);

-- left
ALTER TABLE users ADD CONSTRAINT aged CHECK (age >= 18);

-- right
ALTER TABLE users ADD CONSTRAINT aged CHECK (age < 150);
