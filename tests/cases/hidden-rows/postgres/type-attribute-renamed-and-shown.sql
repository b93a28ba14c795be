-- verdict: order matters

-- before
CREATE TYPE pair AS (a int, b int); CREATE TABLE users (id int, p pair, name text, shown text);

-- rows
INSERT INTO users VALUES (1, ROW(1, 2), 'thirteen char');

-- left
ALTER TYPE pair RENAME ATTRIBUTE a TO c;

-- right
UPDATE users SET shown = to_jsonb(p)::text WHERE length(name) = 13;
