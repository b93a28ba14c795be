# postgres: order matters, order

# left
op.alter_column("users", "name", server_default="x")

# right
op.alter_column("users", "name", server_default=sa.text("'y'"))
