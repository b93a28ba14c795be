# postgres: fails right-first, order
# sqlite: independent, order
# why: on SQLite a batch leaves out a constraint whose column is gone, and says nothing

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
    batch_op.create_unique_constraint("u", ["name"])

# right
with op.batch_alter_table("users") as batch_op:
    batch_op.drop_column("name")
