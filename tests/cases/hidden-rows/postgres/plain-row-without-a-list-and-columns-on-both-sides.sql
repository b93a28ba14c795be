-- verdict: order matters

-- before
CREATE TABLE kept (id int, name text);

-- left
ALTER TABLE kept ADD a int DEFAULT 4;

-- right
ALTER TABLE kept ADD b int; INSERT INTO kept VALUES (1, 'x', 7);
