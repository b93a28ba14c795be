-- verdict: order matters

-- before
CREATE TABLE users (id int, n int); CREATE STATISTICS s ON id, n FROM users;

-- left
COMMENT ON STATISTICS s IS 'a';

-- right
COMMENT ON STATISTICS s IS 'b';
