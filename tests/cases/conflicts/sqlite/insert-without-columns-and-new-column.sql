-- verdict: fails left-first
-- static: order

-- before
CREATE TABLE users (id INTEGER PRIMARY KEY);

-- left
ALTER TABLE users ADD COLUMN age INT NOT NULL DEFAULT 0 CHECK (age >= 0);

-- right
INSERT INTO users VALUES (1);
