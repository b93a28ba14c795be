# postgres: independent, none
# sqlite: order matters, order

# left
with op.batch_alter_table("users") as batch_op:
    batch_op.alter_column("age", nullable=False)

# right
op.create_index("i", "users", [sa.text("lower(name)")])
