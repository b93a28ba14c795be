-- verdict: order matters

-- before
CREATE TABLE jobs (id int PRIMARY KEY, about text); CREATE TABLE things (id int);

-- rows
INSERT INTO jobs VALUES (1, 'things');

-- left
ALTER TABLE things RENAME TO items;

-- right
UPDATE jobs SET about = NULL WHERE to_regclass(about) IS NULL;
