-- verdict: fails both
-- static: order

-- before
CREATE TABLE users (id int NOT NULL);

-- left
ALTER TABLE users ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;

-- right
ALTER TABLE users ALTER COLUMN id SET DEFAULT 7;
