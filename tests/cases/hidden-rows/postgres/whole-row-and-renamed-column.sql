-- verdict: order matters

-- before
CREATE TABLE users (id int, age int, name text); CREATE TABLE log (shown text);

-- rows
INSERT INTO users VALUES (1, 2, 'thirteen char');

-- left
ALTER TABLE users RENAME age TO years;

-- right
INSERT INTO log SELECT row_to_json(users.*)::text FROM users WHERE length(name) = 13;
