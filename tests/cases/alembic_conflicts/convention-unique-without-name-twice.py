# postgres: fails both, cannot both

# left
by_convention = True
op.create_unique_constraint(None, "users", ["name"])

# right
by_convention = True
op.create_unique_constraint(None, "users", ["name"])
