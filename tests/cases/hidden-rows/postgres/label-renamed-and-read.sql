-- verdict: order matters

-- before
CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE TABLE users (id int, mood mood, name text, shown text);

-- rows
INSERT INTO users VALUES (1, 'good', 'thirteen char');

-- left
ALTER TYPE mood RENAME VALUE 'good' TO 'fine';

-- right
UPDATE users SET shown = mood::text WHERE length(name) = 13;
