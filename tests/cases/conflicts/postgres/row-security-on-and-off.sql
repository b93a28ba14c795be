-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
ALTER TABLE users ENABLE ROW LEVEL SECURITY;

-- right
ALTER TABLE users DISABLE ROW LEVEL SECURITY;
