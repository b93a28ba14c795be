# postgres: order matters, order

# left
op.add_column("users", sa.Column("email", sa.Text()), if_not_exists=True)

# right
op.add_column("users", sa.Column("email", sa.String(10)), if_not_exists=True)
