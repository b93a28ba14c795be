# postgres: fails right-first, cannot both
# sqlite: fails right-first, cannot both
# why: a table that is made and dropped again is not there any more

# left
op.create_table("a", sa.Column("id", sa.Integer()))
op.drop_table("a")

# right
op.create_table("a", sa.Column("id", sa.Integer()))
