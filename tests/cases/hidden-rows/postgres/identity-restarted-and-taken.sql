-- verdict: order matters

-- before
CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY, name text); CREATE TABLE old (id int, name text);

-- rows
INSERT INTO old VALUES (1, 'thirteen char');

-- left
ALTER TABLE users ALTER id RESTART WITH 100;

-- right
INSERT INTO users (name) SELECT name FROM old WHERE length(name) = 13;
