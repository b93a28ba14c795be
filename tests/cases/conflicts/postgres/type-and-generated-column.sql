-- verdict: fails right-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY, age int);

-- left
ALTER TABLE users ALTER COLUMN age TYPE bigint;

-- right
ALTER TABLE users ADD COLUMN twice bigint GENERATED ALWAYS AS (age * 2) STORED;
