-- verdict: independent
-- static: none

-- before
CREATE TABLE events (id int, at date) PARTITION BY RANGE (at);

-- left
CREATE TABLE events_a PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');

-- right
CREATE TABLE events_b PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
