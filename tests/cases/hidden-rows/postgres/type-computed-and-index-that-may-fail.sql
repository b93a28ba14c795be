-- verdict: fails both

-- before
CREATE TABLE users (id int, age int);

-- rows
INSERT INTO users VALUES (1, 1313);

-- left
ALTER TABLE users ALTER age TYPE int USING age - 1313;

-- right
CREATE INDEX i ON users ((100 / age));
