-- verdict: order matters

-- before
CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE TABLE users (id int, name text, shown text);

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
ALTER TYPE mood ADD VALUE 'fine';

-- right
UPDATE users SET shown = enum_range(NULL::mood)::text WHERE length(name) = 13;
