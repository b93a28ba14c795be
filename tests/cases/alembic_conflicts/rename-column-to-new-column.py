# postgres: fails both, cannot both
# sqlite: fails both, cannot both

# left
op.alter_column("users", "name", new_column_name="email")

# right
op.add_column("users", sa.Column("email", sa.Text()))
