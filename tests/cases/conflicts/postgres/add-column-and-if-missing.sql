-- verdict: fails right-first
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
ALTER TABLE users ADD COLUMN name text;

-- right
ALTER TABLE users ADD COLUMN IF NOT EXISTS name text;
