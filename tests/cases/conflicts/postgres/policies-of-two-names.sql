-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
CREATE POLICY own ON users USING (id > 0);

-- right
CREATE POLICY few ON users USING (id < 9);
