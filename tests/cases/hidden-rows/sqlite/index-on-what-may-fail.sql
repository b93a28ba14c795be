-- verdict: fails left-first

-- before
CREATE TABLE users (id integer PRIMARY KEY, cfg text);

-- rows
INSERT INTO users VALUES (1, 'oops');

-- left
CREATE INDEX by_a ON users (json_extract(cfg, '$.a'));

-- right
UPDATE users SET cfg = '{}';
