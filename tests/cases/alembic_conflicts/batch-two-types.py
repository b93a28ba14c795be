# postgres: order matters, order
# sqlite: order matters, order

# left
with op.batch_alter_table("users") as batch_op:
    batch_op.alter_column("name", type_=sa.Text())

# right
with op.batch_alter_table("users") as batch_op:
    batch_op.alter_column("name", type_=sa.String(99))
