# postgres: fails left-first, order

# before
op.create_index("i", "users", ["name"])

# left
op.drop_column("users", "name")

# right
op.drop_index("i", "users")
