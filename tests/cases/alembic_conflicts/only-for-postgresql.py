# postgres: fails both, cannot both
# sqlite: independent, none

# left
if op.get_bind().dialect.name == "postgresql":
    op.create_table("a", sa.Column("id", sa.Integer()))

# right
op.create_table("a", sa.Column("id", sa.Integer()))
