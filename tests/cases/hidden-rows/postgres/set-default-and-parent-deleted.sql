-- verdict: order matters

-- before
CREATE TABLE parents (id int PRIMARY KEY); CREATE TABLE children (id int, parent int DEFAULT 1 REFERENCES parents ON DELETE SET DEFAULT);

-- rows
INSERT INTO parents VALUES (1), (2), (555); INSERT INTO children VALUES (9, 555);

-- left
ALTER TABLE children ALTER parent SET DEFAULT 2;

-- right
DELETE FROM parents WHERE id = 555;
