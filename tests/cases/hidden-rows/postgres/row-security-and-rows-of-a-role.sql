-- verdict: order matters

-- before
CREATE TABLE users (id int, plan text, note text); ALTER TABLE users OWNER TO writer; GRANT ALL ON users TO reader;

-- rows
INSERT INTO users VALUES (1, 'free', 'thirteen char');

-- left
ALTER TABLE users ENABLE ROW LEVEL SECURITY;

-- right
SET LOCAL ROLE reader; UPDATE users SET plan = 'x' WHERE length(note) = 13;
