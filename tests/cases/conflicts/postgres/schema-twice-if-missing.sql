-- verdict: independent
-- static: none

-- left
CREATE SCHEMA IF NOT EXISTS app;
CREATE TABLE app.users (id int);

-- right
CREATE SCHEMA IF NOT EXISTS app;
CREATE TABLE app.posts (id int);
