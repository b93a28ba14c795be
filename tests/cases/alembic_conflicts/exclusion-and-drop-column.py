# postgres: fails right-first, order

# left
op.create_exclude_constraint("e", "users", ("age", "="), using="btree")

# right
op.drop_column("users", "age")
