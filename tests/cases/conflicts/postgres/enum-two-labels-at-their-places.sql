-- verdict: independent
-- static: none

-- before
CREATE TYPE mood AS ENUM ('good', 'bad');

-- left
ALTER TYPE mood ADD VALUE 'great' BEFORE 'good';

-- right
ALTER TYPE mood ADD VALUE 'awful' AFTER 'bad';
