-- verdict: order matters
-- static: order

-- before
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE users (id int PRIMARY KEY, mood mood);

-- left
ALTER TYPE mood RENAME TO mood_old;
CREATE TYPE mood AS ENUM ('good');
ALTER TABLE users ALTER COLUMN mood TYPE mood USING mood::text::mood;
DROP TYPE mood_old;

-- right
ALTER TYPE mood ADD VALUE 'sad';
