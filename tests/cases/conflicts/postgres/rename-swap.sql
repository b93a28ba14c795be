-- verdict: order matters
-- static: order

-- before
CREATE TABLE points (id int PRIMARY KEY, x int, y text);

-- left
ALTER TABLE points RENAME COLUMN x TO z;
ALTER TABLE points RENAME COLUMN y TO x;
ALTER TABLE points RENAME COLUMN z TO y;

-- right
ALTER TABLE points ALTER COLUMN x SET NOT NULL;
