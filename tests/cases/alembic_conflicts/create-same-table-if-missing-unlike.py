# postgres: order matters, order
# sqlite: order matters, order

# left
op.create_table("a", sa.Column("id", sa.Integer()), if_not_exists=True)

# right
op.create_table("a", sa.Column("x", sa.Integer()), if_not_exists=True)
