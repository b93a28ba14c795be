# postgres: fails both, cannot both

# before
op.create_table("t", sa.Column("a", sa.Integer()), sa.Column("b", sa.Integer()))

# left
op.create_primary_key("p", "t", ["a"])

# right
op.create_primary_key("q", "t", ["b"])
