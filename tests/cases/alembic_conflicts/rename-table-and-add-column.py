# postgres: fails left-first, order
# sqlite: fails left-first, order

# left
op.rename_table("teams", "groups")

# right
op.add_column("teams", sa.Column("x", sa.Text()))
