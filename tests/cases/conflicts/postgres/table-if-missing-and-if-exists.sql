-- verdict: order matters
-- static: order

-- left
CREATE TABLE IF NOT EXISTS tags (id int PRIMARY KEY);

-- right
DROP TABLE IF EXISTS tags;
