# postgres: fails both, cannot both
# sqlite: fails both, cannot both

# before
with op.batch_alter_table("users") as batch_op:
    batch_op.create_unique_constraint("u", ["name"])

# left
with op.batch_alter_table("users") as batch_op:
    batch_op.drop_constraint("u", type_="unique")

# right
with op.batch_alter_table("users") as batch_op:
    batch_op.drop_constraint("u", type_="unique")
