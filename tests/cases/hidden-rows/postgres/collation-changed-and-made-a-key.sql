-- verdict: fails both

-- before
CREATE TABLE users (id int, name text); CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);

-- rows
INSERT INTO users VALUES (1, 'a'), (2, 'A');

-- left
ALTER TABLE users ALTER name TYPE text COLLATE any_case;

-- right
CREATE UNIQUE INDEX one ON users (name);
