-- verdict: fails both

-- before
CREATE TABLE known (amount numeric PRIMARY KEY); CREATE TABLE prices (id int, amount numeric);

-- rows
INSERT INTO known VALUES (1313.2); INSERT INTO prices VALUES (1, 1313.2);

-- left
ALTER TABLE known ALTER amount TYPE numeric(6, 0);

-- right
ALTER TABLE prices ADD FOREIGN KEY (amount) REFERENCES known;
