-- verdict: order matters

-- before
CREATE TABLE events (id int, kind int) PARTITION BY LIST (kind); CREATE TABLE others PARTITION OF events DEFAULT; CREATE TABLE ones PARTITION OF events FOR VALUES IN (1); CREATE TABLE kept (id int, stands text);

-- rows
INSERT INTO events VALUES (1313, 5);

-- left
INSERT INTO kept SELECT id, tableoid::regclass::text FROM events;

-- right
UPDATE events SET kind = 1 WHERE id = 1313;
