-- verdict: order matters
-- static: none
-- why: the order of labels is a remark

-- before
CREATE TYPE mood AS ENUM ('good');

-- left
ALTER TYPE mood ADD VALUE 'bad';

-- right
ALTER TYPE mood ADD VALUE 'sad';
