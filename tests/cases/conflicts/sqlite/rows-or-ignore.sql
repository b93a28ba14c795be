-- verdict: order matters
-- static: possible

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);

-- left
INSERT OR IGNORE INTO users VALUES (1, 'a');

-- right
INSERT OR IGNORE INTO users VALUES (1, 'b');
