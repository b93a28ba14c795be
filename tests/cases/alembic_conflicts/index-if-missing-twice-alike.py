# postgres: independent, none
# sqlite: independent, none

# left
op.create_index("i", "users", ["name"], if_not_exists=True)

# right
op.create_index("i", "users", ["name"], if_not_exists=True)
