-- verdict: order matters

-- before
CREATE TABLE parts (id int, name text) PARTITION BY LIST (id); CREATE TABLE one (id int, name text);

-- rows
INSERT INTO one VALUES (1, 'thirteen char');

-- left
ALTER TABLE parts ATTACH PARTITION one FOR VALUES IN (1);

-- right
UPDATE parts SET name = 'x' WHERE length(name) = 13;
