# postgres: independent, none

# left
op.alter_column("users", "name", existing_type=sa.String(50), comment="a")

# right
op.alter_column("users", "age", existing_type=sa.Integer(), existing_nullable=True, nullable=True)
