# postgres: order matters, order

# left
op.create_table_comment("users", "a")

# right
op.create_table_comment("users", "b")
