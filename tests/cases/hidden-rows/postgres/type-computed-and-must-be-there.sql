-- verdict: fails both

-- before
CREATE TABLE users (id int, name text);

-- rows
INSERT INTO users VALUES (1, 'thirteen char');

-- left
ALTER TABLE users ALTER name TYPE int USING nullif(length(name), 13);

-- right
ALTER TABLE users ALTER name SET NOT NULL;
