-- verdict: order matters

-- before
CREATE TYPE pair AS (a int, b int); CREATE TABLE users (id int, p pair, name text, shown text);

-- rows
INSERT INTO users VALUES (1, ROW(1, 2), 'thirteen char');

-- left
ALTER TYPE pair ADD ATTRIBUTE c int;

-- right
UPDATE users SET shown = p::text WHERE length(name) = 13;
