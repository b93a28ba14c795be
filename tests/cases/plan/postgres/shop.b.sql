CREATE TYPE state AS ENUM ('open', 'sent', 'paid');
CREATE TABLE customers (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    email varchar(100) UNIQUE
);
CREATE TABLE orders (
    id integer PRIMARY KEY,
    customer integer NOT NULL REFERENCES customers ON DELETE CASCADE,
    state state NOT NULL DEFAULT 'sent',
    total bigint CHECK (total >= 0)
);
CREATE INDEX orders_of_customers ON orders (customer) WHERE state <> 'paid';
CREATE VIEW open_orders AS SELECT id, total FROM orders WHERE state <> 'paid';
COMMENT ON VIEW open_orders IS 'not paid';
