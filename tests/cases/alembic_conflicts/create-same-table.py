# postgres: fails both, cannot both
# sqlite: fails both, cannot both

# left
op.create_table("a", sa.Column("id", sa.Integer()))

# right
op.create_table("a", sa.Column("x", sa.Integer()))
