# postgres: order matters, order

# left
op.alter_column("users", "name", nullable=False)

# right
op.alter_column("users", "name", nullable=True)
