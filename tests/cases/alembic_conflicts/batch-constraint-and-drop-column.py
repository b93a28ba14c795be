# postgres: fails right-first, order
# sqlite: independent, order
# why: on SQLite a batch leaves out a constraint whose column is gone, and says nothing

# left
with op.batch_alter_table("users") as batch_op:
    batch_op.create_unique_constraint("u", ["name"])

# right
with op.batch_alter_table("users") as batch_op:
    batch_op.drop_column("name")
