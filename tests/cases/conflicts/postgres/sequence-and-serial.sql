-- verdict: fails right-first
-- static: order

-- before
CREATE TABLE users (name text);

-- left
CREATE SEQUENCE users_id_seq;

-- right
ALTER TABLE users ADD COLUMN id serial;
