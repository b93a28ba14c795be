-- verdict: fails both
-- static: cannot both

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY);

-- left
ALTER TABLE users RENAME TO people;

-- right
DROP TABLE users;
