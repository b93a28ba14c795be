-- verdict: order matters

-- before
CREATE TABLE users (id INT);

-- left
PRAGMA application_id = 5;

-- right
PRAGMA application_id = 6;
