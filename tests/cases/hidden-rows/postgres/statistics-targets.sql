-- verdict: order matters

-- before
CREATE TABLE users (id int, n int); CREATE STATISTICS s ON id, n FROM users;

-- left
ALTER STATISTICS s SET STATISTICS 5;

-- right
ALTER STATISTICS s SET STATISTICS 6;
