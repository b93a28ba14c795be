-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE log (id int);

-- left
CREATE OR REPLACE RULE kept AS ON DELETE TO users DO INSTEAD NOTHING;

-- right
CREATE OR REPLACE RULE kept AS ON DELETE TO users DO ALSO INSERT INTO log VALUES (1);
