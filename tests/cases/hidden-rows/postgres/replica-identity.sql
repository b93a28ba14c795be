-- verdict: order matters

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
ALTER TABLE users REPLICA IDENTITY FULL;

-- right
ALTER TABLE users REPLICA IDENTITY NOTHING;
