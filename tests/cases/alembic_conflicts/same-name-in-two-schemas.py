# postgres: independent, none

# before
op.execute("CREATE SCHEMA one")
op.execute("CREATE SCHEMA two")

# left
op.create_table("a", sa.Column("id", sa.Integer()), schema="one")

# right
op.create_table("a", sa.Column("id", sa.Integer()), schema="two")
