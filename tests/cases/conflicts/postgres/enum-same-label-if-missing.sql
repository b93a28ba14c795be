-- verdict: independent
-- static: none

-- before
CREATE TYPE mood AS ENUM ('good');

-- left
ALTER TYPE mood ADD VALUE IF NOT EXISTS 'bad';

-- right
ALTER TYPE mood ADD VALUE IF NOT EXISTS 'bad';
