# postgres: fails both, order
# sqlite: independent, order
# why: SQLite does not look for the parent while foreign keys are off, as they are with Alembic

# left
with op.batch_alter_table("users") as batch_op:
    batch_op.create_foreign_key("fk_a", "teams", ["team_id"], ["id"])

# right
op.drop_table("teams")
