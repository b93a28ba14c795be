-- verdict: fails both
-- static: order

-- before
CREATE SEQUENCE numbers;
CREATE TABLE users (id int PRIMARY KEY);

-- left
DROP SEQUENCE numbers;

-- right
ALTER TABLE users ALTER COLUMN id SET DEFAULT nextval('numbers');
