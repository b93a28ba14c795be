-- verdict: order matters

-- before
CREATE TABLE users (id int);

-- left
CREATE OR REPLACE AGGREGATE total (int) (sfunc = int4pl, stype = int, initcond = '0');

-- right
CREATE OR REPLACE AGGREGATE total (int) (sfunc = int4mul, stype = int, initcond = '1');
