# postgres: order matters, order

# left
op.execute("CREATE OR REPLACE VIEW v AS SELECT id FROM users WHERE id > 1")

# right
op.execute("CREATE OR REPLACE VIEW v AS SELECT id FROM users WHERE id > 2")
