# postgres: fails both, cannot both
# sqlite: fails both, cannot both

# left
op.drop_column("users", "age")

# right
op.drop_column("users", "age")
