-- verdict: fails both
-- static: cannot both

-- left
CREATE TABLE tags (id INTEGER PRIMARY KEY);

-- left 2
ALTER TABLE tags ADD COLUMN label TEXT;

-- right
CREATE TABLE tags (id INTEGER PRIMARY KEY);
