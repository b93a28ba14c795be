-- verdict: fails both
-- static: cannot both

-- left
CREATE TABLE mood (id int PRIMARY KEY);

-- right
CREATE TYPE mood AS ENUM ('good', 'bad');
