# postgres: fails both, cannot both

# left
op.create_check_constraint("c", "users", "age > 0")

# right
op.create_check_constraint("c", "users", "age > 1")
