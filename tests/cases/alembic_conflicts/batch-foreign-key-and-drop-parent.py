# postgres: fails both, order
# sqlite: independent, order
# why: SQLite does not look for the parent while foreign keys are off, as they are with Alembic

# before
op.create_table(
    "teams",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("title", sa.String(50)),
)
op.create_table(
    "users",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("name", sa.String(50)),
    sa.Column("age", sa.Integer()),
    sa.Column("team_id", sa.Integer()),
)

# left
with op.batch_alter_table("users") as batch_op:
    batch_op.create_foreign_key("fk_a", "teams", ["team_id"], ["id"])

# right
op.drop_table("teams")
