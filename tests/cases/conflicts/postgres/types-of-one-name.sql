-- verdict: fails both
-- static: cannot both

-- left
CREATE TYPE mood AS ENUM ('good');

-- right
CREATE TYPE mood AS (x int, y int);
