-- verdict: fails both
-- static: order

-- before
CREATE TYPE mood AS ENUM ('good');
CREATE TABLE users (id int PRIMARY KEY);

-- left
DROP TYPE mood;

-- right
ALTER TABLE users ADD COLUMN mood mood;
