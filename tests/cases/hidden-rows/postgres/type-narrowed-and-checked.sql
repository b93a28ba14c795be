-- verdict: fails right-first

-- before
CREATE TABLE prices (id int, amount numeric);

-- rows
INSERT INTO prices VALUES (1, 1313.1), (1, 1313.2);

-- left
ALTER TABLE prices ALTER amount TYPE numeric(6, 0);

-- right
ALTER TABLE prices ADD CHECK (amount <> 1313.2);
