-- verdict: order matters

-- before
CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE TABLE users (id int, mood mood, name text);

-- rows
INSERT INTO users VALUES (1, 'good', 'thirteen char');

-- left
ALTER TYPE mood RENAME VALUE 'good' TO 'fine';

-- right
CREATE MATERIALIZED VIEW kept AS SELECT mood::text AS shown FROM users;
