# postgres: independent, none
# sqlite: independent, none

# left
op.rename_table("teams", "groups")

# right
op.add_column("users", sa.Column("x", sa.Text()))
