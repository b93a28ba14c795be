# postgres: independent, none
# sqlite: independent, none

# left
op.add_column("users", sa.Column("email", sa.Text()))

# right
op.drop_column("users", "age")
