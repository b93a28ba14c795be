-- verdict: order matters

-- before
CREATE TABLE users (id INT);

-- left
PRAGMA user_version = 5;

-- right
PRAGMA user_version = 6;
