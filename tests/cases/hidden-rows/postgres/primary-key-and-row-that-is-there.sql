-- verdict: fails both

-- before
CREATE TABLE users (id int, name text);

-- rows
INSERT INTO users VALUES (71, 'thirteen char');

-- left
ALTER TABLE users ADD PRIMARY KEY (id);

-- right
INSERT INTO users VALUES (71, 'x');
