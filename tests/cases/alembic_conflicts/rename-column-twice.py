# postgres: fails both, cannot both
# sqlite: fails both, cannot both

# left
op.alter_column("users", "name", new_column_name="full_name")

# right
op.alter_column("users", "name", new_column_name="nick")
