-- verdict: fails both
-- static: order

-- before
CREATE SCHEMA app;

-- left
DROP SCHEMA app;

-- right
CREATE TABLE app.users (id int);
