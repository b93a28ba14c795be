-- verdict: order matters

-- before
CREATE TABLE docs (id INTEGER PRIMARY KEY, body TEXT); CREATE VIRTUAL TABLE found USING fts5(body, content='docs', content_rowid='id');

-- rows
INSERT INTO docs VALUES (88, 'one two');

-- left
UPDATE docs SET body = 'three' WHERE id = 88;

-- right
INSERT INTO found(found) VALUES ('rebuild');
