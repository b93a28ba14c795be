# postgres: fails left-first, order

# left
op.alter_column("users", "name", new_column_name="full_name", existing_type=sa.String(50))

# right
op.alter_column("users", "name", type_=sa.Text(), existing_type=sa.String(50))
