-- verdict: order matters

-- before
CREATE TABLE users (id int, n numeric, name text, shown text);

-- rows
INSERT INTO users VALUES (1, 1.5, 'thirteen char');

-- left
ALTER TABLE users ALTER n TYPE int;

-- right
UPDATE users SET shown = n::text WHERE length(name) = 13;
