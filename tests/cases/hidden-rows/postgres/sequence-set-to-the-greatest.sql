-- verdict: order matters

-- before
CREATE TABLE users (id serial PRIMARY KEY, name text);

-- rows
INSERT INTO users VALUES (100, 'x');

-- left
SELECT setval('users_id_seq', max(id)) FROM users;

-- right
INSERT INTO users (name) VALUES ('y');
