-- verdict: order matters
-- static: order

-- left
CREATE TABLE IF NOT EXISTS tags (id INTEGER PRIMARY KEY);

-- right
CREATE TABLE IF NOT EXISTS tags (id INTEGER PRIMARY KEY, label TEXT);
