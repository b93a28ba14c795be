# postgres: independent, none
# sqlite: independent, none

# left
if not sa.inspect(op.get_bind()).has_table("a"):
    op.create_table("a", sa.Column("id", sa.Integer()))

# right
if not sa.inspect(op.get_bind()).has_table("a"):
    op.create_table("a", sa.Column("id", sa.Integer()))
