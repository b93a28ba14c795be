# postgres: independent, none
# sqlite: independent, none

# left
with op.batch_alter_table("users") as batch_op:
    batch_op.alter_column("name", existing_type=sa.String(50), type_=sa.Text())

# right
op.create_index("i", "users", ["age"])
