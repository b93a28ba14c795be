-- verdict: fails left-first
-- static: order

-- before
CREATE TABLE events (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE old_events (id int, at date);

-- left
ALTER TABLE events ADD COLUMN note text;

-- right
ALTER TABLE events ATTACH PARTITION old_events DEFAULT;
