-- verdict: fails both
-- static: cannot both

-- before
CREATE TYPE mood AS ENUM ('good');

-- left
ALTER TYPE mood ADD VALUE 'bad';

-- right
ALTER TYPE mood ADD VALUE 'bad';
