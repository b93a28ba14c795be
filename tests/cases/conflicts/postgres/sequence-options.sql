-- verdict: order matters
-- static: order

-- before
CREATE SEQUENCE numbers;

-- left
ALTER SEQUENCE numbers INCREMENT BY 10;

-- right
ALTER SEQUENCE numbers INCREMENT BY 100;
