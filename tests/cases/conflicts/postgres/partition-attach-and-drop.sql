-- verdict: fails right-first
-- static: order

-- before
CREATE TABLE events (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE old_events (id int, at date);

-- left
ALTER TABLE events ATTACH PARTITION old_events DEFAULT;

-- right
DROP TABLE old_events;
