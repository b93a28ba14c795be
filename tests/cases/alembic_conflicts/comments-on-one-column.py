# postgres: order matters, order

# left
op.alter_column("users", "name", comment="a")

# right
op.alter_column("users", "name", comment="b")
