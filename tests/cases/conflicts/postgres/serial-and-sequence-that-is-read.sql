-- verdict: independent
-- static: none

-- before
CREATE SEQUENCE users_id_seq;
CREATE TABLE users (name text);
CREATE TABLE log (number bigint);

-- left
ALTER TABLE users ADD COLUMN id serial;

-- right
INSERT INTO log SELECT last_value FROM users_id_seq;
