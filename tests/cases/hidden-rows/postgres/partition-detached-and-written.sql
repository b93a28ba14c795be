-- verdict: order matters

-- before
CREATE TABLE parts (id int, name text) PARTITION BY LIST (id); CREATE TABLE one PARTITION OF parts FOR VALUES IN (1);

-- rows
INSERT INTO one VALUES (1, 'thirteen char');

-- left
ALTER TABLE parts DETACH PARTITION one;

-- right
UPDATE parts SET name = 'x' WHERE length(name) = 13;
