-- verdict: fails both
-- static: cannot both

-- left
CREATE TABLE tags (id INTEGER PRIMARY KEY);

-- right
CREATE TABLE tags (id INTEGER PRIMARY KEY, label TEXT);
