-- verdict: independent
-- static: none

-- before
CREATE DOMAIN short AS text;

-- left
ALTER DOMAIN short ADD CONSTRAINT short_enough CHECK (length(VALUE) < 80);

-- right
ALTER DOMAIN short ADD CONSTRAINT not_empty CHECK (VALUE <> '');
