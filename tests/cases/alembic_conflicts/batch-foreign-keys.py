# postgres: independent, none
# sqlite: independent, none

# left
with op.batch_alter_table("users") as batch_op:
    batch_op.create_foreign_key("fk_a", "teams", ["team_id"], ["id"])

# right
with op.batch_alter_table("users") as batch_op:
    batch_op.create_foreign_key("fk_b", "teams", ["age"], ["id"])
