-- verdict: fails left-first

-- before
CREATE TABLE users (id integer PRIMARY KEY, name text); CREATE TABLE orders (id integer PRIMARY KEY, user_id int REFERENCES users (id));

-- rows
INSERT INTO users VALUES (1, 'a'); INSERT INTO orders VALUES (1, 1);

-- left
CREATE TABLE n (id integer PRIMARY KEY, name text NOT NULL DEFAULT ''); INSERT INTO n SELECT id, name FROM users; DROP TABLE users; ALTER TABLE n RENAME TO users;

-- right
DROP TABLE orders;
