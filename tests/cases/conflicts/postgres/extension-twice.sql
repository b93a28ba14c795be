-- verdict: fails both
-- static: cannot both

-- left
CREATE EXTENSION pg_trgm;

-- right
CREATE EXTENSION pg_trgm;
