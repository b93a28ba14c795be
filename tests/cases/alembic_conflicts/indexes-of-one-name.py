# postgres: fails both, cannot both
# sqlite: fails both, cannot both

# left
op.create_index("i", "users", ["name"])

# right
op.create_index("i", "users", ["age"])
