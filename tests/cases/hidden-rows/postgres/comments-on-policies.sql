-- verdict: order matters

-- before
CREATE TABLE users (id int, n int); CREATE POLICY p ON users;

-- left
COMMENT ON POLICY p ON users IS 'a';

-- right
COMMENT ON POLICY p ON users IS 'b';
