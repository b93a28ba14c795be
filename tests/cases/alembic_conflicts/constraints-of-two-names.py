# postgres: independent, none

# left
op.create_check_constraint("c", "users", "age > 0")

# right
op.create_unique_constraint("d", "users", ["age"])
