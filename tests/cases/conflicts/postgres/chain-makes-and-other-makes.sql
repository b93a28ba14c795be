-- verdict: fails both
-- static: cannot both

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
CREATE TABLE tags (id int PRIMARY KEY);

-- left 2
ALTER TABLE tags ADD COLUMN label text;

-- right
CREATE TABLE tags (id int PRIMARY KEY);
