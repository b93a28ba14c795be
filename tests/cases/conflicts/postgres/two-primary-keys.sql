-- verdict: fails both
-- static: cannot both

-- before
CREATE TABLE users (id int NOT NULL, email text NOT NULL);

-- left
ALTER TABLE users ADD PRIMARY KEY (id);

-- right
ALTER TABLE users ADD PRIMARY KEY (email);
