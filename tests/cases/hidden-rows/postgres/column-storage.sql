-- verdict: order matters

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
ALTER TABLE users ALTER name SET STORAGE EXTERNAL;

-- right
ALTER TABLE users ALTER name SET STORAGE MAIN;
