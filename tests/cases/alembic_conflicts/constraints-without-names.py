# postgres: independent, none

# left
op.create_unique_constraint(None, "users", ["name"])

# right
op.create_unique_constraint(None, "users", ["age"])
