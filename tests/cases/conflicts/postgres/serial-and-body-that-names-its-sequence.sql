-- verdict: independent
-- static: none

-- before
CREATE TABLE users (name text);

-- left
ALTER TABLE users ADD COLUMN id serial;

-- right
CREATE FUNCTION next_user() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('users_id_seq'); RETURN 1; END $$;
