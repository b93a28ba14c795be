-- verdict: fails right-first

-- before
CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE t (id int, v mood);

-- rows
INSERT INTO t VALUES (1,'a');

-- left
ALTER TYPE mood RENAME VALUE 'a' TO 'z';

-- right
ALTER TABLE t ADD CHECK (v::text <> 'a');
