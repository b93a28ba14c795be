# postgres: fails both, cannot both
# sqlite: order matters, cannot both
# why: on SQLite the second batch takes the first one's constraint for its own, and replaces it

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
    batch_op.create_unique_constraint("u", ["age"])
