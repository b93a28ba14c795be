# postgres: fails both, cannot both
# sqlite: fails both, cannot both

# left
op.execute("ALTER TABLE users ADD COLUMN email text")

# right
op.add_column("users", sa.Column("email", sa.Text()))
