-- verdict: fails right-first
-- static: none
-- why: what a text put together when it runs does is not seen; the statement is opaque

-- before
CREATE TABLE users (id int PRIMARY KEY, name text);

-- left
CREATE INDEX users_by_name ON users (name);

-- right
DO $$ DECLARE t text; BEGIN FOR t IN VALUES ('users') LOOP
    EXECUTE 'ALTER TABLE ' || t || ' DROP COLUMN name'; END LOOP; END $$;
