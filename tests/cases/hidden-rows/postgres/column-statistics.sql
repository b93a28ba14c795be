-- verdict: order matters

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
ALTER TABLE users ALTER id SET STATISTICS 100;

-- right
ALTER TABLE users ALTER id SET STATISTICS 200;
