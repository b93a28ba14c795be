# postgres: fails left-first, order
# sqlite: fails both, order

# left
with op.batch_alter_table("users") as batch_op:
    batch_op.drop_column("name")

# right
with op.batch_alter_table("users") as batch_op:
    batch_op.create_index("i", ["name"])
