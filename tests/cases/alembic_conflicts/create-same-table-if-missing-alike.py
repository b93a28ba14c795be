# postgres: independent, none
# sqlite: independent, none

# left
op.create_table("a", sa.Column("id", sa.Integer()), if_not_exists=True)

# right
op.create_table("a", sa.Column("id", sa.Integer()), if_not_exists=True)
