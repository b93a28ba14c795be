-- verdict: order matters

-- before
CREATE SEQUENCE numbers;

-- left
ALTER SEQUENCE numbers RESTART WITH 100;

-- right
ALTER SEQUENCE numbers RESTART WITH 200;
