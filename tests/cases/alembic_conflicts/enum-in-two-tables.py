# postgres: fails both, cannot both
# sqlite: independent, none

# left
op.create_table("a", sa.Column("k", sa.Enum("x", name="kind")))

# right
op.create_table("b", sa.Column("k", sa.Enum("x", name="kind")))
