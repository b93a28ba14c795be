-- verdict: fails left-first
-- static: order

-- before
CREATE TYPE state AS ENUM ('ok', 'bad');
CREATE TABLE jobs (id int PRIMARY KEY, state state);

-- left
ALTER TYPE state RENAME VALUE 'ok' TO 'good';

-- right
ALTER TABLE jobs ALTER state SET DEFAULT 'ok';
