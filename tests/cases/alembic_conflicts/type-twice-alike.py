# postgres: independent, none

# left
op.alter_column("users", "name", type_=sa.Text())

# right
op.alter_column("users", "name", type_=sa.Text(), existing_nullable=True)
