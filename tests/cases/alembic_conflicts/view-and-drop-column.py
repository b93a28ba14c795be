# postgres: fails both, order
# sqlite: fails left-first, order

# left
op.execute("CREATE VIEW v AS SELECT name FROM users")

# right
op.drop_column("users", "name")
