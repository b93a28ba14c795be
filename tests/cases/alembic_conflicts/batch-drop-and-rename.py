# postgres: fails both, cannot both
# sqlite: fails both, cannot both

# left
with op.batch_alter_table("users") as batch_op:
    batch_op.drop_column("name")

# right
with op.batch_alter_table("users") as batch_op:
    batch_op.alter_column("name", new_column_name="nick")
