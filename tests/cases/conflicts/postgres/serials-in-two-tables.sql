-- verdict: independent
-- static: none

-- left
CREATE TABLE users (id serial PRIMARY KEY);

-- right
CREATE TABLE posts (id serial PRIMARY KEY);
