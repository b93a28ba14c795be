-- verdict: fails both
-- static: order

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);

-- left
ALTER TABLE users ADD COLUMN short TEXT AS (substr(name, 1, 9));

-- right
ALTER TABLE users DROP COLUMN name;
