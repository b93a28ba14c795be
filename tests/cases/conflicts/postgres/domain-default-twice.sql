-- verdict: order matters
-- static: order

-- before
CREATE DOMAIN short AS text;

-- left
ALTER DOMAIN short SET DEFAULT 'a';

-- right
ALTER DOMAIN short SET DEFAULT 'b';
