-- verdict: order matters

-- before
CREATE TABLE users (id int CONSTRAINT c CHECK (id > 0));

-- left
COMMENT ON CONSTRAINT c ON users IS 'a';

-- right
COMMENT ON CONSTRAINT c ON users IS 'b';
