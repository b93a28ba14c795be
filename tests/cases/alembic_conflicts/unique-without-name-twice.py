# postgres: independent, cannot both
# why: whether env.py has a naming_convention is not known, and with one the second fails

# left
op.create_unique_constraint(None, "users", ["name"])

# right
op.create_unique_constraint(None, "users", ["name"])
