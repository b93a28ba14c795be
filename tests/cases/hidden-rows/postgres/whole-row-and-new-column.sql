-- verdict: order matters

-- before
CREATE TABLE users (id int, name text); CREATE TABLE log (shown text);

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
ALTER TABLE users ADD age int DEFAULT 3;

-- right
INSERT INTO log SELECT to_jsonb(u)::text FROM users u WHERE length(name) = 13;
