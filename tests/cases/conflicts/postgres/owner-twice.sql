-- verdict: independent
-- static: order
-- why: who owns it is a remark of a comparison

-- before
CREATE TABLE users (id int PRIMARY KEY);

-- left
ALTER TABLE users OWNER TO reader;

-- right
ALTER TABLE users OWNER TO writer;
