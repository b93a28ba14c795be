-- verdict: fails both
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY, age int);

-- left
ALTER TABLE users ALTER COLUMN age TYPE boolean USING age > 0;

-- right
ALTER TABLE users ALTER COLUMN age SET DEFAULT 0;
