-- verdict: order matters

-- before
CREATE TABLE users (id int PRIMARY KEY, name text); CREATE TABLE old (id int, name text);

-- rows
INSERT INTO old VALUES (5, 'thirteen char');

-- left
INSERT INTO users SELECT id, 'old' FROM old WHERE length(name) = 13 ON CONFLICT (id) DO UPDATE SET name = 'both';

-- right
INSERT INTO users VALUES (5, 'new') ON CONFLICT DO NOTHING;
