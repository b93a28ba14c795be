# postgres: independent, none

# left
op.alter_column("users", "name", type_=sa.Text())

# right
op.create_index("i", "users", ["name"])
