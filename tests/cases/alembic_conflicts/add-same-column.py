# postgres: fails both, cannot both
# sqlite: fails both, cannot both

# left
op.add_column("users", sa.Column("email", sa.Text()))

# right
op.add_column("users", sa.Column("email", sa.Text()))
