# postgres: fails left-first, order
# sqlite: fails left-first, order

# left
op.drop_table("teams")

# right
op.add_column("teams", sa.Column("x", sa.Text()))
