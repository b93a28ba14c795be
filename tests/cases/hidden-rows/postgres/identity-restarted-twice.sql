-- verdict: order matters

-- before
CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY, name text);

-- left
ALTER TABLE users ALTER id RESTART WITH 100;

-- right
ALTER TABLE users ALTER id RESTART WITH 200;
