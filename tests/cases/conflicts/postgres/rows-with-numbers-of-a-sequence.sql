-- verdict: order matters
-- static: possible

-- before
CREATE TABLE users (id serial PRIMARY KEY, name text);

-- left
INSERT INTO users (name) VALUES ('a');

-- right
INSERT INTO users (name) VALUES ('b');
