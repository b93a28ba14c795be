# postgres: fails left-first, order
# sqlite: fails left-first, order

# left
op.alter_column("users", "name", new_column_name="full_name")

# right
op.create_index("ix_users_name", "users", ["name"])
