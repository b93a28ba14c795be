-- verdict: order matters

-- before
CREATE TABLE parent (id int, name text); CREATE TABLE child (age int) INHERITS (parent); CREATE TABLE log (n int); CREATE TABLE users (name text);

-- rows
INSERT INTO users VALUES ('thirteen char');

-- left
INSERT INTO child VALUES (5, 'x', 1);

-- right
INSERT INTO log SELECT max(p.id) FROM parent p, users u WHERE length(u.name) = 13 HAVING count(*) > 0;
