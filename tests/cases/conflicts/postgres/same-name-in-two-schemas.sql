-- verdict: independent
-- static: none

-- before
CREATE SCHEMA app;
CREATE SCHEMA web;

-- left
CREATE TABLE app.users (id int);

-- right
CREATE TABLE web.users (id int);
