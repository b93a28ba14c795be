# postgres: fails both, cannot both
# sqlite: fails both, cannot both

# before
op.create_index("i", "users", ["name"])

# left
op.drop_index("i", "users")

# right
op.drop_index("i", table_name="users")
