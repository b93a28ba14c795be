# postgres: independent, none
# sqlite: independent, none

# left
op.create_table("a", sa.Column("id", sa.Integer(), primary_key=True))

# right
op.create_table("b", sa.Column("id", sa.Integer(), primary_key=True))
