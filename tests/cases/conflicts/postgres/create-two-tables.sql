-- verdict: independent
-- static: none

-- left
CREATE TABLE tags (id int PRIMARY KEY);

-- right
CREATE TABLE labels (id int PRIMARY KEY);
