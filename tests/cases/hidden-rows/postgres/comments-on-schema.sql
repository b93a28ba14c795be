-- verdict: order matters

-- before
CREATE SCHEMA app;

-- left
COMMENT ON SCHEMA app IS 'a';

-- right
COMMENT ON SCHEMA app IS 'b';
