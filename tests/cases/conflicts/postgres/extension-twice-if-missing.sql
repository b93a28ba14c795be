-- verdict: independent
-- static: none

-- left
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- right
CREATE EXTENSION IF NOT EXISTS pg_trgm;
