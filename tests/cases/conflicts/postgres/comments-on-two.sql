-- verdict: independent
-- static: none

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
COMMENT ON TABLE users IS 'people';

-- right
COMMENT ON COLUMN users.name IS 'spoken';
