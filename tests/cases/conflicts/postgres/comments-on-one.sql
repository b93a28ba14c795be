-- verdict: order matters
-- static: order

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
COMMENT ON TABLE users IS 'people';

-- right
COMMENT ON TABLE users IS 'accounts';
