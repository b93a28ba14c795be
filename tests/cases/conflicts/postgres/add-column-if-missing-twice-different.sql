-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
ALTER TABLE users ADD COLUMN IF NOT EXISTS name text;

-- right
ALTER TABLE users ADD COLUMN IF NOT EXISTS name varchar(80);
