-- verdict: independent
-- static: none

-- left
CREATE TABLE IF NOT EXISTS tags (id INTEGER PRIMARY KEY);

-- right
CREATE TABLE IF NOT EXISTS tags (id INTEGER PRIMARY KEY);
