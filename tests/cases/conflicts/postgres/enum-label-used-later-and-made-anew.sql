-- verdict: fails left-first
-- static: order

-- before
CREATE TYPE mood AS ENUM ('good');
CREATE TABLE users (id int PRIMARY KEY, mood mood);

-- left
ALTER TYPE mood ADD VALUE 'bad';

-- left 2
ALTER TABLE users ALTER COLUMN mood SET DEFAULT 'bad';

-- right
ALTER TYPE mood RENAME TO mood_old;
CREATE TYPE mood AS ENUM ('good');
ALTER TABLE users ALTER COLUMN mood TYPE mood USING mood::text::mood;
DROP TYPE mood_old;
