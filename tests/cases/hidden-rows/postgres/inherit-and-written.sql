-- verdict: order matters

-- before
CREATE TABLE parent (id int, name text); CREATE TABLE child (id int, name text);

-- rows
INSERT INTO child VALUES (1, 'thirteen char');

-- left
ALTER TABLE child INHERIT parent;

-- right
UPDATE parent SET name = 'x' WHERE length(name) = 13;
