-- verdict: order matters

-- before
CREATE TABLE users (id int, name text, tag text);

-- rows
INSERT INTO users VALUES (1, 'thirteen char', 'longer than five');

-- left
ALTER TABLE users ALTER tag TYPE varchar(5) USING left(tag, 5);

-- right
UPDATE users SET name = tag WHERE length(name) = 13;
