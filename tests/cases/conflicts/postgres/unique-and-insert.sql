-- verdict: fails both
-- static: possible

-- before
CREATE TABLE users (id int PRIMARY KEY, email text);

-- rows
INSERT INTO users VALUES (1, 'a');

-- left
ALTER TABLE users ADD CONSTRAINT one_mail UNIQUE (email);

-- right
INSERT INTO users VALUES (2, 'a');
