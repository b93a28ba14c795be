-- verdict: fails both
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY, tenant int);

-- left
CREATE POLICY own ON users USING (tenant = 1);

-- right
ALTER TABLE users DROP COLUMN tenant;
