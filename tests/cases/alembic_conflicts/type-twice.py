# postgres: order matters, order

# left
op.alter_column("users", "name", type_=sa.Text())

# right
op.alter_column("users", "name", type_=sa.String(100))
