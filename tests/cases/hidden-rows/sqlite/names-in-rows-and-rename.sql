-- verdict: order matters

-- before
CREATE TABLE jobs (id INTEGER PRIMARY KEY, about TEXT); CREATE TABLE things (id INT);

-- rows
INSERT INTO jobs VALUES (1, 'things');

-- left
ALTER TABLE things RENAME TO items;

-- right
UPDATE jobs SET about = NULL WHERE about NOT IN (SELECT name FROM sqlite_master);
