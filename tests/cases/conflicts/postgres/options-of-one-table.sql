-- verdict: independent
-- static: order
-- why: two options of one table are one part for the static side

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
ALTER TABLE users SET (fillfactor = 70);

-- right
ALTER TABLE users SET (autovacuum_enabled = false);
