# postgres: independent, none
# sqlite: independent, none

# left
op.drop_column("users", "age")

# right
op.create_index("ix_users_name", "users", ["name"])
