-- verdict: fails both
-- static: cannot both

-- left
CREATE TABLE tags (id int PRIMARY KEY);

-- right
CREATE TABLE tags (id int PRIMARY KEY, label text);
