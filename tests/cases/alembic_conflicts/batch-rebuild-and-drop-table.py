# postgres: fails right-first, order
# sqlite: fails right-first, order

# left
with op.batch_alter_table("users") as batch_op:
    batch_op.alter_column("name", nullable=False)

# right
op.drop_table("users")
