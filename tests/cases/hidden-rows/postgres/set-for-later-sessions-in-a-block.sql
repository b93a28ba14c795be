-- verdict: order matters

-- before
CREATE SCHEMA app;

-- rows
SELECT 1;

-- left
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = app, public', current_database()); END $$;

-- right
CREATE TABLE notes (id int);
