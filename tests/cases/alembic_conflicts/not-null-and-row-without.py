# postgres: fails both, possible

# left
op.alter_column("users", "name", nullable=False)

# right
op.execute("INSERT INTO users (id) VALUES (7)")
