# postgres: independent, none

# left
op.alter_column("users", "name", nullable=False)

# right
op.alter_column("users", "name", nullable=False)
