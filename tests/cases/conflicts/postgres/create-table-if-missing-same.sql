-- verdict: independent
-- static: none

-- left
CREATE TABLE IF NOT EXISTS tags (id int PRIMARY KEY);

-- right
CREATE TABLE IF NOT EXISTS tags (id int PRIMARY KEY);
