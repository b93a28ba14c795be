# postgres: independent, none
# sqlite: independent, none

# left
op.alter_column("users", "name", new_column_name="full_name")

# right
op.alter_column("users", "age", new_column_name="years")
