-- verdict: fails left-first

-- before
CREATE TABLE users (id int PRIMARY KEY, age int);

-- rows
INSERT INTO users VALUES (1, 7);

-- left
ALTER TABLE users ADD g int GENERATED ALWAYS AS (100 / (age - 7)) STORED;

-- right
UPDATE users SET age = 8 WHERE age = 7;
