# postgres: independent, none

# left
op.drop_column("users", "age", if_exists=True)

# right
op.drop_column("users", "age", if_exists=True)
