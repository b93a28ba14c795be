# postgres: independent, none
# sqlite: independent, none

# left
with op.batch_alter_table("users") as batch_op:
    batch_op.alter_column("name", type_=sa.Text())

# right
with op.batch_alter_table("users") as batch_op:
    batch_op.alter_column("name", nullable=False)
