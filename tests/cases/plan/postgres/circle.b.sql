CREATE TABLE teams (id integer PRIMARY KEY, lead integer);
CREATE TABLE people (id integer PRIMARY KEY, team integer REFERENCES teams);
ALTER TABLE teams ADD FOREIGN KEY (lead) REFERENCES people;
