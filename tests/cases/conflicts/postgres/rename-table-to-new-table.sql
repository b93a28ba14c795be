-- verdict: fails both
-- static: cannot both

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
ALTER TABLE users RENAME TO people;

-- right
CREATE TABLE people (id int PRIMARY KEY);
