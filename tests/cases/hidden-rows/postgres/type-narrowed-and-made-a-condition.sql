-- verdict: fails both

-- before
CREATE TABLE prices (id int, amount numeric);

-- rows
INSERT INTO prices VALUES (1, 1313.1), (1, 1313.2);

-- left
ALTER TABLE prices ALTER amount TYPE numeric(6, 0);

-- right
CREATE UNIQUE INDEX one ON prices (id) WHERE amount = 1313;
