-- verdict: order matters

-- before
CREATE TABLE users (name text);

-- rows
INSERT INTO users VALUES ('thirteen char'), ('x'), ('y');

-- left
DELETE FROM users WHERE length(name) = 13;

-- right
ALTER TABLE users ADD id serial;
