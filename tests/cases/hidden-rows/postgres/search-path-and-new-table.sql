-- verdict: order matters

-- before
CREATE SCHEMA app; CREATE TABLE public.t (n int); CREATE TABLE old (n int);

-- rows
INSERT INTO old VALUES (777);

-- left
SET search_path = app, public; INSERT INTO t SELECT n FROM old WHERE n = 777;

-- right
CREATE TABLE app.t (n int);
