-- verdict: order matters

-- before
CREATE TABLE users (id int, status text, code text GENERATED ALWAYS AS (lower(status)) STORED);
ALTER TABLE users ADD UNIQUE (code);
CREATE TABLE profiles (id int, code text REFERENCES users (code) ON UPDATE CASCADE);
CREATE TABLE log (code text);

-- rows
INSERT INTO users VALUES (1, 'THIRTEEN CHAR');
INSERT INTO profiles VALUES (1, 'thirteen char');

-- left
UPDATE users SET status = 'x' WHERE length(status) = 13;

-- right
INSERT INTO log SELECT code FROM profiles WHERE length(code) = 13;
