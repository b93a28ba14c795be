-- verdict: order matters

-- before
CREATE TEXT SEARCH CONFIGURATION mine (COPY = simple); CREATE TABLE docs (id int PRIMARY KEY, body text);

-- rows
INSERT INTO docs VALUES (1, 'running dogs');

-- left
ALTER TEXT SEARCH CONFIGURATION mine ALTER MAPPING FOR asciiword WITH english_stem;

-- right
ALTER TABLE docs ADD COLUMN words tsvector GENERATED ALWAYS AS (to_tsvector('mine', body)) STORED;
