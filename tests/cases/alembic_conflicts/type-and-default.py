# postgres: order matters, possible

# left
op.alter_column("users", "name", type_=sa.Text())

# right
op.alter_column("users", "name", server_default="x")
