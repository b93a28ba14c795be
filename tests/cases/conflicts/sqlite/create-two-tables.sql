-- verdict: independent
-- static: none

-- left
CREATE TABLE tags (id INTEGER PRIMARY KEY);

-- right
CREATE TABLE labels (id INTEGER PRIMARY KEY);
