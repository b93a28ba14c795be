-- verdict: fails left-first

-- before
CREATE TABLE r (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, c INTEGER AS (a * 2), d INTEGER AS (b * 2), CHECK (c < d));

-- rows
INSERT INTO r (id, a, b) VALUES (1, 1313, 1400);

-- left
UPDATE r SET a = 5000 WHERE id = 1;

-- right
UPDATE r SET b = 6000 WHERE id = 1;
