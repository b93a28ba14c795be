-- verdict: fails left-first
-- static: order

-- before
CREATE TYPE mood AS ENUM ('good');

-- left
ALTER TYPE mood RENAME VALUE 'good' TO 'fine';

-- right
ALTER TYPE mood ADD VALUE 'bad' AFTER 'good';
