-- verdict: fails right-first

-- before
CREATE TABLE prices (id int, amount numeric); CREATE TABLE known (amount numeric PRIMARY KEY);

-- rows
INSERT INTO prices VALUES (1, 1313.1), (1, 1313.2); INSERT INTO known VALUES (1313);

-- left
ALTER TABLE prices ALTER amount TYPE numeric(6, 0);

-- right
ALTER TABLE prices ADD FOREIGN KEY (amount) REFERENCES known;
