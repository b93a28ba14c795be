-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE POLICY own ON users USING (id > 0);

-- left
ALTER POLICY own ON users USING (id > 1);

-- right
ALTER POLICY own ON users USING (id > 2);
