# postgres: fails both, cannot both
# sqlite: fails both, cannot both

# left
op.rename_table("teams", "groups")

# right
op.create_table("groups", sa.Column("id", sa.Integer()))
