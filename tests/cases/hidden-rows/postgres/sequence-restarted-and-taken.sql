-- verdict: order matters

-- before
CREATE TABLE users (id serial PRIMARY KEY, name text); CREATE TABLE old (id int, name text);

-- rows
INSERT INTO old VALUES (1, 'thirteen char');

-- left
ALTER SEQUENCE users_id_seq RESTART WITH 100;

-- right
INSERT INTO users (name) SELECT name FROM old WHERE length(name) = 13;
