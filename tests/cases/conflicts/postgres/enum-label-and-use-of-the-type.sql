-- verdict: independent
-- static: none

-- before
CREATE TYPE mood AS ENUM ('good');
CREATE TABLE users (id int PRIMARY KEY);

-- left
ALTER TYPE mood ADD VALUE 'bad';

-- right
ALTER TABLE users ADD COLUMN mood mood DEFAULT 'good';
