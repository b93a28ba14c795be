CREATE TYPE state AS ENUM ('open', 'paid');
CREATE TABLE customers (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    email varchar(40) UNIQUE
);
CREATE TABLE orders (
    id integer PRIMARY KEY,
    customer integer NOT NULL REFERENCES customers,
    state state NOT NULL DEFAULT 'open',
    total integer
);
CREATE VIEW open_orders AS SELECT id, total FROM orders WHERE state = 'open';
