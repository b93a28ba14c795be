# postgres: independent, none
# sqlite: independent, none

# left
op.add_column("users", sa.Column("email", sa.Text()))

# right
op.add_column("users", sa.Column("phone", sa.Text()))
