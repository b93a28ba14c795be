-- verdict: order matters

-- before
CREATE TABLE users (id int, name text); CREATE TABLE log (n int);
CREATE FUNCTION shown(u users) RETURNS text LANGUAGE sql AS $$ SELECT to_jsonb(u)::text $$; CREATE TABLE kept (shown text);

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
ALTER TABLE users ADD age int DEFAULT 4;

-- right
INSERT INTO kept SELECT shown(u) FROM users u WHERE length(name) = 13;
