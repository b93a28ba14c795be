# postgres: fails both, cannot both
# sqlite: order matters, cannot both
# why: on SQLite the second batch takes the first one's constraint for its own, and replaces it

# left
with op.batch_alter_table("users") as batch_op:
    batch_op.create_unique_constraint("u", ["name"])

# right
with op.batch_alter_table("users") as batch_op:
    batch_op.create_unique_constraint("u", ["age"])
