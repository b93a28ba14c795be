-- verdict: order matters

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
ALTER TABLE users ALTER name SET (n_distinct = 5);

-- right
ALTER TABLE users ALTER name SET (n_distinct = 6);
