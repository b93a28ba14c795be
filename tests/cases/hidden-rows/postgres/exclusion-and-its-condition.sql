-- verdict: fails both

-- before
CREATE TABLE users (id int, team int4range, plan text, note text);

-- rows
INSERT INTO users VALUES (1, '[1,5)', 'pro', ''), (2, '[2,3)', 'free', 'thirteen char');

-- left
ALTER TABLE users ADD EXCLUDE USING gist (team WITH &&) WHERE (plan = 'pro');

-- right
UPDATE users SET plan = 'pro' WHERE note = 'thirteen char';
