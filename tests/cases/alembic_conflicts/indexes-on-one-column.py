# postgres: independent, none
# sqlite: independent, none

# left
op.create_index("i", "users", ["name"])

# right
op.create_index("j", "users", ["name"])
