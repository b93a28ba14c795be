-- verdict: fails right-first

-- before
CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE t (id int, v text);

-- rows
INSERT INTO t VALUES (1,'c');

-- left
ALTER TYPE mood ADD VALUE 'c';

-- right
ALTER TABLE t ALTER v TYPE mood USING v::mood;
