-- verdict: fails both
-- static: cannot both

-- left
CREATE SCHEMA app;

-- right
CREATE SCHEMA app;
