# postgres: fails right-first, order

# left
op.alter_column("users", "name", type_=sa.Text())

# right
op.execute("CREATE VIEW v AS SELECT name FROM users")
