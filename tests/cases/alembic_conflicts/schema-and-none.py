# postgres: fails both, cannot both

# left
op.add_column("users", sa.Column("x", sa.Integer()), schema="public")

# right
op.add_column("users", sa.Column("x", sa.Text()))
