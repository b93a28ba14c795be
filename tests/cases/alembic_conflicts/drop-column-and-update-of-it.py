# postgres: fails left-first, order
# sqlite: fails left-first, order

# left
op.drop_column("users", "name")

# right
op.execute("UPDATE users SET name = 'x'")
